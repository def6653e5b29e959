"""What the kernel's walls stop by themselves, tried without the audit hook."""

import os
import signal
from pathlib import Path

import pytest
from walled import KERNEL, ROOT, started

from coursekit.grading.walls.numbers import numbers
from coursekit.grading.walls.rules import DEADLY

CALL = "from coursekit.grading.walls.syscalls import call\n"


@pytest.fixture
def secret(tmp_path):
    """Make a file outside that by its rights everybody may read and write."""
    for folder in [tmp_path, *list(tmp_path.parents)[:3]]:
        if folder.name.startswith(("pytest", "popen", "test")):
            folder.chmod(0o777)
    path = tmp_path / "solution.py"
    path.write_text("the answer is 42")
    path.chmod(0o666)
    return path


def rights_and_times(path):
    found = path.stat()
    return found.st_mode, found.st_uid, found.st_gid, found.st_size, found.st_mtime_ns


def refused(warm, source):
    """Run a source behind the kernel's walls and expect an OSError to end it."""
    ended = warm.run(source, watch=False)
    kinds = ("PermissionError", "FileNotFoundError", "OSError", "NotADirectoryError")
    assert ended.raised.startswith(kinds), ended
    assert ended.said == ""
    return ended


@pytest.mark.parametrize(
    "read",
    [
        "print(open({path!r}).read())",
        "print(os.read(os.open({path!r}, os.O_RDONLY), 99))",
        "os.symlink({path!r}, 'link'); print(open('link').read())",
        "os.symlink({folder!r}, 'dir'); print(open('dir/solution.py').read())",
        "os.link({path!r}, 'hard'); print(open('hard').read())",
        "os.rename({path!r}, 'moved'); print(open('moved').read())",
        "os.chdir({folder!r}); print(open('solution.py').read())",
        "print(open('/proc/self/root' + {path!r}).read())",
        "print(os.listdir({folder!r}))",
        "print(open('../' * 9 + {path!r}).read())",
    ],
)
def test_a_file_outside_cannot_be_read(kernel, secret, read):
    source = "import os\n" + read.format(path=str(secret), folder=str(secret.parent))
    refused(kernel, source)


def test_the_course_itself_cannot_be_read(kernel):
    from coursekit import autograders

    refused(kernel, f"print(open({autograders.__file__!r}).read())")


@pytest.mark.parametrize("level", ["namespaces", "landlock"])
def test_a_course_that_lies_among_what_may_be_read_is_hidden(level):
    """As it does in an installation that is not editable, among the packages."""
    warm = started(level, readable=(ROOT,))
    beside = f"print(open({str(ROOT / 'pyproject.toml')!r}).read(1))"
    assert warm.run(beside, watch=False).said == "[\n"
    for inside in (
        "coursekit/autograders/__init__.py",
        "coursekit/reference/batch_norm.py",
    ):
        refused(warm, f"print(open({str(ROOT / inside)!r}).read())")
        for other in ("coursekit/../" + inside, "tests/../" + inside):
            refused(warm, f"print(open({str(ROOT / other)!r}).read())")
    assert "tried to open" in warm.run(f"open({str(ROOT / inside)!r})").denied
    warm.close()


def test_native_code_of_the_answers_own_is_not_loaded(kernel):
    if kernel.level != "namespaces":
        pytest.skip("Landlock knows nothing of mmap: such code meets the other walls")
    source = """
import mmap
with open("code", "wb+") as file:
    file.write(bytes(4096))
    file.flush()
    mmap.mmap(file.fileno(), 4096, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_EXEC)
"""
    refused(kernel, source)


def test_the_home_of_this_user_cannot_be_listed(kernel):
    home = Path.home()
    there = {path.name for path in home.iterdir()}
    source = f"import os; print('|'.join(os.listdir({str(home)!r})))"
    ended = kernel.run(source, watch=False)
    # in namespaces the way to Python may lead through it: that way, and nothing else
    assert ended.raised or set(ended.said.strip().split("|")) < there


@pytest.mark.parametrize(
    "write",
    [
        "open({path!r}, 'w').write('forged')",
        "open({path!r}, 'a').write('forged')",
        "open({path!r}, 'r+').write('forged')",
        "os.open({path!r}, os.O_RDONLY | os.O_TRUNC)",
        "os.truncate({path!r}, 0)",
        "os.symlink({path!r}, 'link'); open('link', 'w').write('forged')",
        "os.remove({path!r})",
        "os.rename({path!r}, {path!r} + '2')",
        "open('mine', 'w').close(); os.rename('mine', {path!r})",
        "open('mine', 'w').close(); os.link('mine', {path!r} + '2')",
        "os.mkdir({path!r} + '2')",
        "os.rmdir({folder!r})",
        "os.symlink('x', {path!r} + '2')",
        "os.mkfifo({path!r} + '2')",
        "os.mknod({path!r} + '2')",
        "os.chmod({path!r}, 0)",
        "os.chown({path!r}, 1, 1)",
        "os.utime({path!r}, (0, 0))",
        "os.setxattr({path!r}, 'user.x', b'x')",
    ],
)
def test_nothing_outside_can_be_changed(kernel, secret, write):
    before = rights_and_times(secret)
    source = "import os\n" + write.format(path=str(secret), folder=str(secret.parent))
    refused(kernel, source)
    assert secret.read_text() == "the answer is 42"
    assert rights_and_times(secret) == before
    assert [*secret.parent.iterdir()] == [secret]


@pytest.mark.parametrize("world", KERNEL)
def test_what_may_be_read_cannot_be_changed(world, secret):
    before = rights_and_times(secret)
    warm = started(world, readable=(secret.parent,))
    assert warm.run(f"print(open({str(secret)!r}).read())").said == "the answer is 42\n"
    for change in ("open({!r}, 'a')", "os.remove({!r})", "os.chmod({!r}, 0)"):
        refused(warm, "import os; " + change.format(str(secret)))
    warm.close()
    assert rights_and_times(secret) == before


def test_python_itself_cannot_be_changed(kernel):
    refused(kernel, f"open({os.__file__!r}, 'a').close()")


@pytest.mark.parametrize("family", ["INET", "INET6", "UNIX", "NETLINK", "VSOCK"])
@pytest.mark.parametrize("kind", ["STREAM", "DGRAM", "RAW"])
def test_no_socket_can_be_made(kernel, family, kind):
    source = f"import socket; socket.socket(socket.AF_{family}, socket.SOCK_{kind})"
    assert "Operation not permitted" in refused(kernel, source).raised


def test_a_call_that_only_an_attack_makes_is_the_end(kernel):
    survived = {}
    for name in DEADLY & set(numbers()):
        ended = kernel.run(CALL + f"call({name!r}, -1, -1, -1, -1, -1)", watch=False)
        if ended.status != -signal.SIGSYS:
            survived[name] = ended
    assert not survived


@pytest.mark.parametrize(
    "start",
    [
        "import os\nfor _ in range(3): os.fork()",
        "import os; os.execv('/bin/true', ['true'])",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.posix_spawn('/bin/true', ['true'], {})",
        CALL + "call('clone', 17, 0, 0, 0, 0)",  # SIGCHLD: a process
    ],
)
def test_whoever_starts_a_process_is_killed(kernel, start):
    assert kernel.run(start, watch=False).status == -signal.SIGSYS


def test_a_process_cannot_be_had_by_the_call_whose_flags_are_hidden(kernel):
    source = CALL + "call('clone3', bytes(88), 88)"
    assert "not implemented" in refused(kernel, source).raised


def test_a_thread_is_refused_so_that_a_library_can_do_without(kernel):
    source = (
        "import threading\nfor _ in range(3): threading.Thread(target=print).start()"
    )
    ended = kernel.run(source, watch=False)
    assert ended.raised == "RuntimeError: can't start new thread"


@pytest.mark.parametrize("whom", ["os.getppid() or 1", "1", "-1", "0", "-os.getpid()"])
def test_no_other_process_can_be_signalled(kernel, whom):
    # signal 0 is only asked about, so that a hole in the walls harms nobody
    ended = kernel.run(f"import os; os.kill({whom}, 0)", watch=False)
    assert ended.status == -signal.SIGSYS
    assert kernel.run("print('still here')").said == "still here\n"


def test_whom_a_descriptor_signals_cannot_be_chosen(kernel):
    refused(kernel, "import fcntl; fcntl.fcntl(1, fcntl.F_SETOWN, 1)")


def test_a_process_may_signal_itself(kernel):
    assert kernel.run("import os; os.kill(os.getpid(), 15)").status == -signal.SIGTERM
    assert kernel.run("import os; os.abort()").status == -signal.SIGABRT


@pytest.mark.parametrize(
    "kind", ["RLIMIT_AS", "RLIMIT_NOFILE", "RLIMIT_FSIZE", "RLIMIT_CPU", "RLIMIT_STACK"]
)
def test_no_limit_can_be_changed(kernel, kind):
    source = (
        f"import resource as r; soft, hard = r.getrlimit(r.{kind})\n"
        f"r.setrlimit(r.{kind}, (soft, hard))"
    )
    assert kernel.run(source, watch=False).status == -signal.SIGSYS


@pytest.mark.parametrize("option", [1, 4, 8, 22, 23, 24, 28, 47])
def test_what_the_walls_set_cannot_be_unset(kernel, option):
    """Death with the parent, dumping, capabilities, seccomp, securebits."""
    refused(kernel, CALL + f"call('prctl', {option}, 0, 0, 0, 0)")


def test_no_right_of_root_is_left(kernel):
    source = CALL + (
        "data = bytes(24)\n"
        "call('capget', (0x20080522).to_bytes(4, 'little') + bytes(4), data)\n"
        "print(data == bytes(24))"
    )
    assert kernel.run(source, watch=False).said == "True\n"


def test_no_key_no_shared_memory_no_file_in_memory(kernel):
    refused(kernel, "import os; os.memfd_create('x')")
    refused(kernel, "open('/dev/shm/x', 'w')")


def test_the_terminal_cannot_be_typed_into(kernel):
    refused(kernel, "import fcntl; fcntl.ioctl(1, 0x5412, b'x')")  # TIOCSTI


def test_in_namespaces_there_is_nobody_else(kernel):
    if kernel.level != "namespaces":
        pytest.skip("Landlock hides what is in files, not that they are there")
    ended = kernel.run("import os; print(os.getppid(), os.path.exists('/proc'))")
    assert ended.said == "0 False\n"
