"""A seccomp filter that lets learner code make the calls of `rules.ALLOWED` only."""

import ctypes
import errno
import os
import platform
import struct
from functools import cache

from coursekit.grading.walls import rules
from coursekit.grading.walls.numbers import ARCHITECTURE, NEWEST, numbers
from coursekit.grading.walls.syscalls import call

# linux/bpf_common.h: load a word, jump if equal, greater or equal, any bit; return.
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
# linux/seccomp.h
_KILL, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_MODE_FILTER, _PR_SET_SECCOMP = 2, 22
# struct seccomp_data: number, architecture, instruction pointer, six arguments.
_NUMBER, _ARCHITECTURE = 0, 4
_X32 = 0x40000000  # calls of the x32 mode of x86-64 have this bit
_ACCESS_MODE = os.O_RDONLY | os.O_WRONLY | os.O_RDWR

#: One instruction of the filter: code, jumps if true and if false, operand.
Instruction = tuple[int, int, int, int]
Program = list[Instruction]


def _argument(index: int) -> Instruction:
    """Load the low half of an argument (both our processors are little-endian)."""
    return _LOAD, 0, 0, 16 + 8 * index


def _return(action: int) -> Instruction:
    return _RETURN, 0, 0, action


def _refuse(number: int = errno.EPERM) -> Instruction:
    return _return(_ERRNO | number)


def _one_of(index: int, values: tuple[int, ...], otherwise: Instruction) -> Program:
    """Allow a call whose argument is one of ``values``."""
    tests = [(_EQUAL, len(values) - i, 0, value) for i, value in enumerate(values)]
    return [_argument(index), *tests, otherwise, _return(_ALLOW)]


def _no_pointer(index: int) -> Program:
    """Allow a call whose argument is NULL: both halves are zero."""
    low, (code, _, _, offset) = _argument(index), _argument(index)
    return [
        low,
        (_EQUAL, 0, 2, 0),
        (code, 0, 0, offset + 4),
        (_EQUAL, 1, 0, 0),
        _return(_KILL),
        _return(_ALLOW),
    ]


def _no_process() -> Program:
    """Refuse a thread gently, kill whoever wants a process."""
    return [
        _argument(0),
        (_ANY_BIT, 1, 0, rules.CLONE_THREAD),
        _return(_KILL),
        _refuse(errno.EAGAIN),
    ]


def _no_hidden_writing(index: int) -> Program:
    """Refuse to open for reading and truncate at once: old Landlock would let it."""
    return [
        _argument(index),
        (_ANY_BIT, 0, 3, os.O_TRUNC),
        (_AND, 0, 0, _ACCESS_MODE),
        (_EQUAL, 0, 1, os.O_RDONLY),
        _refuse(),
        _return(_ALLOW),
    ]


def _checked(pid: int) -> dict[str, Program]:
    """Return the calls that depend on their arguments; ``pid`` may signal itself."""
    itself = _one_of(0, (pid,), _return(_KILL))
    return {
        "kill": itself,
        "tkill": itself,
        "tgkill": itself,
        "prctl": _one_of(0, rules.PRCTL, _refuse()),
        "fcntl": _one_of(1, rules.FCNTL, _refuse()),
        "ioctl": _one_of(1, rules.IOCTL, _refuse(errno.ENOTTY)),
        "prlimit64": _no_pointer(2),
        "open": _no_hidden_writing(1),
        "openat": _no_hidden_writing(2),
        "clone": _no_process(),
        "openat2": [_refuse(errno.ENOSYS)],
        "clone3": [_refuse(errno.ENOSYS)],
    }


def _leaves(machine: str, pid: int) -> list[tuple[int, Program]]:
    """Return what to do from which number on, ascending, one entry for each change."""
    table, checked = numbers(machine), _checked(pid)
    todo = {table[name]: checked[name] for name in checked if name in table}
    todo |= {table[name]: [_return(_ALLOW)] for name in rules.ALLOWED & set(table)}
    todo |= {table[name]: [_return(_KILL)] for name in rules.DEADLY & set(table)}
    leaves: list[tuple[int, Program]] = []
    for number in range(NEWEST + 1):
        program = todo.get(number, [_refuse()])
        if not leaves or leaves[-1][1] != program:
            leaves.append((number, program))
    return [*leaves, (NEWEST + 1, [_refuse(errno.ENOSYS)]), (_X32, [_return(_KILL)])]


def _search(leaves: list[tuple[int, Program]]) -> Program:
    """Find the leaf of a number by halving: short to run, however many there are."""
    if len(leaves) == 1:
        return leaves[0][1]
    middle = len(leaves) // 2
    low, high = _search(leaves[:middle]), _search(leaves[middle:])
    if len(low) > 255:
        raise ValueError("_search: a jump must be over at most 255 instructions.")
    return [(_AT_LEAST, len(low), 0, leaves[middle][0]), *low, *high]


def program(pid: int, machine: str = platform.machine()) -> Program:
    """Return the filter for a process whose number, as it sees it, is ``pid``.

    Raises
    ------
    OSError
        When the system calls of the processor ``machine`` are not known here.
    """
    search = _search(_leaves(machine, pid))
    return [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, ARCHITECTURE[machine]),
        _return(_KILL),  # calls of another processor have other numbers
        (_LOAD, 0, 0, _NUMBER),
        *search,
    ]


def _packed(instruction: Instruction) -> bytes:
    return struct.pack("=HBBI", *instruction)


@cache
def _template() -> bytes:
    """Return the filter in the kernel's form, for no process in particular."""
    return b"".join(map(_packed, program(_NOBODY)))


_NOBODY = 0x7FFFFFFF  # more than any process number


def prepare() -> None:
    """Compute what is the same for every process, so that `close_in` is quick."""
    _template()


def close_in(pid: int) -> None:
    """Put the filter on this process, whose number is ``pid``; it cannot be undone."""
    generic, own = ((_EQUAL, 1, 0, number) for number in (_NOBODY, pid))
    packed = _template().replace(_packed(generic), _packed(own))
    code = ctypes.create_string_buffer(packed, len(packed))
    header = struct.pack("HxxxxxxP", len(packed) // 8, ctypes.addressof(code))
    call("prctl", _PR_SET_SECCOMP, _MODE_FILTER, header, 0, 0)
