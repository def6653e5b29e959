"""The numbers of the system calls that the walls make, allow, check or punish.

From the kernel's asm/unistd_64.h (x86-64) and asm-generic/unistd.h (arm64). A call that
a processor does not have is marked with a dash there.
"""

import platform
from functools import cache

#: Newest number of the headers this table was made from; the same on both processors.
NEWEST = 450
#: AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64 of linux/audit.h.
ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

_TABLE = """
    read:0:63 write:1:64 open:2:- close:3:57 stat:4:- fstat:5:80 lstat:6:- poll:7:-
    lseek:8:62 mmap:9:222 mprotect:10:226 munmap:11:215 brk:12:214
    rt_sigaction:13:134 rt_sigprocmask:14:135 rt_sigreturn:15:139 ioctl:16:29
    pread64:17:67 pwrite64:18:68 readv:19:65 writev:20:66 access:21:- pipe:22:-
    select:23:- sched_yield:24:124 mremap:25:216 msync:26:227 mincore:27:232
    madvise:28:233 dup:32:23 dup2:33:- pause:34:- nanosleep:35:101 getitimer:36:102
    alarm:37:- setitimer:38:103 getpid:39:172 sendfile:40:71 clone:56:220 fork:57:-
    vfork:58:- execve:59:221 exit:60:93 wait4:61:260 kill:62:129 uname:63:160
    fcntl:72:25 flock:73:32 fsync:74:82 fdatasync:75:83 ftruncate:77:46
    getdents:78:- getcwd:79:17 chdir:80:49 fchdir:81:50 rename:82:- mkdir:83:-
    rmdir:84:- unlink:87:- symlink:88:- readlink:89:- umask:95:166
    gettimeofday:96:169 getrlimit:97:163 getrusage:98:165 sysinfo:99:179
    times:100:153 ptrace:101:117 getuid:102:174 syslog:103:116 getgid:104:176
    setuid:105:146 setgid:106:144 geteuid:107:175 getegid:108:177 getppid:110:173
    getpgrp:111:- setreuid:113:145 setregid:114:143 getgroups:115:158
    setgroups:116:159 setresuid:117:147 getresuid:118:148 setresgid:119:149
    getresgid:120:150 getpgid:121:155 setfsuid:122:151 setfsgid:123:152
    getsid:124:156 capget:125:90 capset:126:91 rt_sigpending:127:136
    rt_sigtimedwait:128:137 rt_sigqueueinfo:129:138 rt_sigsuspend:130:133
    sigaltstack:131:132 personality:135:92 statfs:137:43 fstatfs:138:44
    getpriority:140:141 sched_getparam:143:121 sched_getscheduler:145:120
    sched_get_priority_max:146:125 sched_get_priority_min:147:126 vhangup:153:58
    modify_ldt:154:- pivot_root:155:41 prctl:157:167 arch_prctl:158:-
    adjtimex:159:171 setrlimit:160:164 chroot:161:51 acct:163:89
    settimeofday:164:170 mount:165:40 umount2:166:39 swapon:167:224 swapoff:168:225
    reboot:169:142 sethostname:170:161 setdomainname:171:162 iopl:172:- ioperm:173:-
    init_module:175:105 delete_module:176:106 quotactl:179:60 gettid:186:178
    tkill:200:130 time:201:- futex:202:98 sched_getaffinity:204:123
    getdents64:217:61 set_tid_address:218:96 restart_syscall:219:128
    fadvise64:221:223 clock_settime:227:112 clock_gettime:228:113
    clock_getres:229:114 clock_nanosleep:230:115 exit_group:231:94 tgkill:234:131
    get_mempolicy:239:236 kexec_load:246:104 waitid:247:95 add_key:248:217
    request_key:249:218 keyctl:250:219 openat:257:56 mkdirat:258:34
    newfstatat:262:79 unlinkat:263:35 renameat:264:38 symlinkat:266:36
    readlinkat:267:78 faccessat:269:48 pselect6:270:72 ppoll:271:73 unshare:272:97
    set_robust_list:273:99 get_robust_list:274:100 fallocate:285:47 dup3:292:24
    pipe2:293:59 preadv:295:69 pwritev:296:70 rt_tgsigqueueinfo:297:240
    perf_event_open:298:241 prlimit64:302:261 open_by_handle_at:304:265
    clock_adjtime:305:266 setns:308:268 getcpu:309:168 process_vm_readv:310:270
    process_vm_writev:311:271 kcmp:312:272 finit_module:313:273 renameat2:316:276
    seccomp:317:277 getrandom:318:278 kexec_file_load:320:294 bpf:321:280
    execveat:322:281 userfaultfd:323:282 membarrier:324:283 copy_file_range:326:285
    preadv2:327:286 pwritev2:328:287 statx:332:291 rseq:334:293
    pidfd_send_signal:424:424 io_uring_setup:425:425 io_uring_enter:426:426
    io_uring_register:427:427 open_tree:428:428 move_mount:429:429 fsopen:430:430
    fsconfig:431:431 fsmount:432:432 fspick:433:433 clone3:435:435
    close_range:436:436 openat2:437:437 pidfd_getfd:438:438 faccessat2:439:439
    process_madvise:440:440 mount_setattr:442:442 landlock_create_ruleset:444:444
    landlock_add_rule:445:445 landlock_restrict_self:446:446
"""


@cache
def numbers(machine: str = platform.machine()) -> dict[str, int]:
    """Return the number of every call that ``machine`` has, by name.

    Raises
    ------
    OSError
        When there is no table for the processor.

    Examples
    --------
    >>> numbers("x86_64")["ptrace"], numbers("aarch64")["ptrace"]
    (101, 117)
    """
    if machine not in ARCHITECTURE:
        raise OSError(f"no table of system calls for this processor ({machine})")
    column = list(ARCHITECTURE).index(machine) + 1
    rows = [row.split(":") for row in _TABLE.split()]
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}
