"""The filter, run by a small machine of our own: every call on both processors."""

import errno
import os

import pytest

from coursekit.grading.walls import rules
from coursekit.grading.walls.numbers import ARCHITECTURE, NEWEST, numbers
from coursekit.grading.walls.seccomp import program

MACHINES = list(ARCHITECTURE)
ALLOW, KILL = 0x7FFF0000, 0x80000000
PID = 4242


def refuse(number):
    return 0x00050000 | number


def verdict(filter_, number, *arguments, architecture):
    """Run a filter as the kernel would: linux/filter.h, struct seccomp_data."""
    words = {0: number, 4: architecture}
    for index, argument in enumerate(arguments):
        words[16 + 8 * index] = argument & 0xFFFFFFFF
        words[20 + 8 * index] = argument >> 32 & 0xFFFFFFFF
    at, value = 0, 0
    while True:
        code, yes, no, operand = filter_[at]
        at += 1
        if code == 0x06:
            return operand
        if code == 0x20:
            value = words.get(operand, 0)
        elif code == 0x54:
            value &= operand
        else:
            met = {
                0x15: value == operand,
                0x35: value >= operand,
                0x45: bool(value & operand),
            }[code]
            at += yes if met else no


@pytest.fixture(params=MACHINES)
def ask(request):
    """Return a function that tells what happens to a call, by its name."""
    machine, filter_ = request.param, program(PID, request.param)

    def asked(name, *arguments):
        number = numbers(machine)[name] if isinstance(name, str) else name
        return verdict(filter_, number, *arguments, architecture=ARCHITECTURE[machine])

    asked.known = set(numbers(machine))
    return asked


def test_what_is_allowed_is_allowed_and_what_is_deadly_kills(ask):
    assert {ask(name) for name in rules.ALLOWED & ask.known} == {ALLOW}
    assert {ask(name) for name in rules.DEADLY & ask.known} == {KILL}


def test_no_call_is_on_two_lists():
    assert not rules.ALLOWED & rules.DEADLY


@pytest.mark.parametrize("machine", MACHINES)
def test_every_other_number_is_refused(machine):
    filter_ = program(PID, machine)
    table = set(numbers(machine).values())
    others = set(range(NEWEST + 1)) - table
    found = {verdict(filter_, n, architecture=ARCHITECTURE[machine]) for n in others}
    assert found == {refuse(errno.EPERM)}


def test_what_is_newer_than_the_table_is_missing_as_in_an_older_kernel(ask):
    assert ask(NEWEST + 1) == ask(9999) == refuse(errno.ENOSYS)


def test_the_calls_of_another_mode_of_the_processor_kill(ask):
    assert ask(0x40000000) == ask(0x40000000 | 39) == KILL  # x32
    for machine in MACHINES:
        i386 = verdict(program(PID, machine), 20, architecture=0x40000003)
        assert i386 == KILL


@pytest.mark.parametrize("name", ["kill", "tkill", "tgkill"])
def test_only_itself_may_be_signalled(ask, name):
    assert ask(name, PID) == ALLOW
    for other in (0, 1, -1, -PID, PID + 1):
        assert ask(name, other) == KILL


def test_limits_may_be_asked_for_and_not_set(ask):
    assert ask("prlimit64", 0, 7, 0, 0x7FFF00000000) == ALLOW
    for pointer in (1, 1 << 32, 0x7FFF00000000):
        assert ask("prlimit64", 0, 7, pointer, 0) == KILL


def test_a_thread_is_refused_and_a_process_kills(ask):
    assert ask("clone", 0x3D0F00) == refuse(errno.EAGAIN)  # as glibc starts threads
    assert ask("clone", 0x01200011) == KILL  # as it forks
    assert ask("clone3", 0, 88) == refuse(errno.ENOSYS)


def test_reading_with_truncation_is_refused(ask):
    calls = [("openat", (-100, 0))] + [("open", (0,))] * ("open" in ask.known)
    for name, before in calls:
        assert ask(name, *before, os.O_RDONLY) == ALLOW
        assert ask(name, *before, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) == ALLOW
        assert ask(name, *before, os.O_RDWR | os.O_TRUNC) == ALLOW
        assert ask(name, *before, os.O_RDONLY | os.O_TRUNC) == refuse(errno.EPERM)
    assert ask("openat2") == refuse(errno.ENOSYS)


def test_of_the_calls_with_many_purposes_the_harmless_ones_are_left(ask):
    assert ask("ioctl", 1, 0x5401) == ALLOW
    assert ask("ioctl", 1, 0x5412) == refuse(errno.ENOTTY)  # TIOCSTI
    assert ask("fcntl", 1, 1030) == ALLOW
    assert ask("fcntl", 1, 8) == refuse(errno.EPERM)  # F_SETOWN
    assert ask("prctl", 15) == ALLOW
    assert ask("prctl", 22) == refuse(errno.EPERM)  # PR_SET_SECCOMP


def test_a_processor_without_a_table_is_named():
    with pytest.raises(OSError, match=r"no table .* \(mips\)"):
        program(PID, "mips")
