"""What is asked of Landlock, by the version that the kernel has."""

import os
import struct
import sys

import pytest

from coursekit.grading.walls import landlock

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has it")


@pytest.fixture
def kernel(monkeypatch):
    """Pretend to be a kernel with some version of Landlock; keep what it is asked."""
    asked = []

    def pretend(abi):
        def call(name, *arguments):
            asked.append((name, arguments))
            return abi if arguments[0] == 0 else os.open("/dev/null", os.O_RDONLY)

        monkeypatch.setattr(landlock, "call", call)
        return asked

    return pretend


@pytest.mark.parametrize(
    ("abi", "files", "network", "scope"),
    [
        (1, 13, None, None),
        (2, 14, None, None),
        (3, 15, None, None),
        (4, 15, 0b11, None),
        (5, 16, 0b11, None),
        (6, 16, 0b11, 0b11),
        (9, 16, 0b11, 0b11),
    ],
)
def test_all_that_a_version_knows_is_forbidden(kernel, abi, files, network, scope):
    asked = kernel(abi)
    landlock.Ruleset().close()
    attributes, size, flags = asked[-1][1]
    words = struct.unpack(f"={size // 8}Q", attributes)
    wanted = ((1 << files) - 1, network, scope)
    assert words == tuple(word for word in wanted if word is not None)
    assert flags == 0


@pytest.mark.parametrize("abi", [1, 9])
def test_no_rule_names_what_the_version_does_not_know(kernel, abi, tmp_path):
    asked = kernel(abi)
    ruleset = landlock.Ruleset()
    ruleset.may_fill(str(tmp_path))
    ruleset.may_write(["/dev/null"])
    ruleset.may_read(["/etc", "/nowhere at all"])
    ruleset.close()
    handled = struct.unpack_from("=Q", asked[1][1][0])[0]
    rules = [a for name, a in asked if name == "landlock_add_rule"]
    accesses = [struct.unpack("=Qi", rule[2])[0] for rule in rules]
    assert len(accesses) == 3  # what is not there got no rule
    assert all(access & ~handled == 0 for access in accesses)
    execute, read_file, read_dir = 1, 4, 8
    assert not any(access & execute for access in accesses)
    assert accesses[2] == read_file | read_dir


def test_a_kernel_without_it_says_so(monkeypatch):
    def call(*_):
        raise OSError(38, "not there")

    monkeypatch.setattr(landlock, "call", call)
    assert landlock.version() == 0
    with pytest.raises(OSError, match="has no Landlock"):
        landlock.Ruleset()
