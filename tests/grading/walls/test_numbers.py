"""The table of system calls, held against the kernel's own headers."""

import platform
import re
from pathlib import Path

import pytest

from coursekit.grading.walls.numbers import ARCHITECTURE, numbers
from coursekit.grading.walls.rules import ALLOWED, DEADLY

HEADERS = {
    "x86_64": "/usr/include/x86_64-linux-gnu/asm/unistd_64.h",
    "aarch64": "/usr/include/asm-generic/unistd.h",
}


@pytest.mark.parametrize("machine", HEADERS)
def test_the_numbers_are_those_of_the_headers(machine):
    path = Path(HEADERS[machine])
    if not path.exists():
        pytest.skip("the kernel's headers are not installed")
    pattern = r"#define __NR(?:3264)?_(\w+)\s+(\d+)"
    known = {name: int(n) for name, n in re.findall(pattern, path.read_text())}
    if machine == "aarch64":
        known["newfstatat"] = known["fstatat"]
    table = numbers(machine)
    assert {name: known[name] for name in table if name in known} == {
        name: table[name] for name in table if name in known
    }
    assert len(table.keys() - known.keys()) <= 1


def test_every_rule_is_about_a_call_that_exists():
    assert set(numbers("x86_64")) >= ALLOWED | DEADLY


def test_no_number_stands_for_two_calls():
    for machine in ARCHITECTURE:
        found = [*numbers(machine).values()]
        assert len(found) == len(set(found))


def test_an_unknown_processor_is_named():
    with pytest.raises(OSError, match="sparc"):
        numbers("sparc")


def test_this_processor_is_the_default():
    if platform.machine() not in ARCHITECTURE:
        pytest.skip("no table for this processor")
    assert numbers() == numbers(platform.machine())
