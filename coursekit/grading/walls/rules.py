"""Which system calls learner code may make, may not make, and must die for.

An allow-list: what Python, NumPy and torch need after they are imported, with files,
memory, time and their own signals. What is on no list is refused with EPERM, and what
is newer than the table with ENOSYS, as by an older kernel: libraries fall back. The
calls of `DEADLY` have no innocent use here; whoever makes one is killed by SIGSYS.
"""

ALLOWED = frozenset(
    """
    read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek
    close close_range dup dup2 dup3 pipe pipe2 poll ppoll select pselect6
    stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2
    readlink readlinkat getdents getdents64 getcwd chdir fchdir umask flock
    mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 symlink symlinkat
    ftruncate fallocate fsync fdatasync fadvise64 copy_file_range sendfile
    mmap mprotect munmap mremap brk madvise msync mincore
    rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait
    rt_sigsuspend sigaltstack pause restart_syscall
    alarm getitimer setitimer nanosleep clock_nanosleep clock_gettime clock_getres
    gettimeofday time times
    getpid getppid gettid getpgid getpgrp getsid getuid geteuid getgid getegid
    getgroups getresuid getresgid capget uname sysinfo getrusage getrlimit getpriority
    sched_yield sched_getaffinity sched_getparam sched_getscheduler
    sched_get_priority_max sched_get_priority_min getcpu get_mempolicy
    futex set_tid_address set_robust_list get_robust_list rseq membarrier arch_prctl
    getrandom wait4 waitid exit exit_group
    """.split()
)

DEADLY = frozenset(
    """
    fork vfork execve execveat
    ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd
    pidfd_send_signal rt_sigqueueinfo rt_tgsigqueueinfo
    mount umount2 move_mount open_tree fsopen fsconfig fsmount fspick mount_setattr
    pivot_root chroot unshare setns open_by_handle_at
    bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register
    keyctl add_key request_key
    init_module finit_module delete_module kexec_load kexec_file_load reboot
    swapon swapoff acct quotactl syslog iopl ioperm modify_ldt vhangup
    settimeofday clock_settime adjtimex clock_adjtime sethostname setdomainname
    setrlimit seccomp personality capset setuid setgid setreuid setregid setresuid
    setresgid setfsuid setfsgid setgroups
    """.split()
)

#: clone(2): with this flag a thread, which Python reports as an error that a library
#: can live with; without it a process. clone3 is kept out: its flags cannot be seen.
CLONE_THREAD = 0x00010000
#: fcntl(2): duplicates, flags and locks; not who gets signals (F_SETOWN, F_SETSIG).
FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032)
#: ioctl(2): TCGETS and TIOCGWINSZ (is it a terminal?), FIONREAD, FIONBIO, FIO(N)CLEX.
IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
#: prctl(2): names of threads (15, 16), whether dumpable (3), names of mappings (VMA).
PRCTL = (3, 15, 16, 0x53564D41)
