"""What one answer may use up: memory, scratch, depth, descriptors, time."""

import pytest


def test_more_memory_than_allowed_is_an_error_and_less_is_not(warm):
    # the limit of the tests is 256 MiB more than the worker has
    assert warm.run("x = bytearray(100 << 20)").raised == ""
    assert warm.run("x = bytearray(300 << 20)").raised.startswith("MemoryError")
    growing = "x = []\nwhile True: x.append(bytearray(1 << 20))"
    assert warm.run(growing).raised.startswith("MemoryError")


def test_a_huge_array_is_an_error(warm):
    if warm.as_nobody:
        pytest.skip("it imports, and the packages may lie in a closed home")
    source = "import numpy as np; x = np.ones((1 << 17, 1 << 14))"
    assert "MemoryError" in warm.run(source).raised


def test_a_file_in_the_scratch_has_a_largest_size(warm):
    ended = warm.run("open('x', 'wb').write(bytes(3 << 20))")
    assert ended.raised.startswith("OSError: [Errno 27]")
    assert ended.left >= 1 << 20


def test_a_scratch_that_many_files_filled_says_so(warm):
    source = "for i in range(40): open(str(i), 'wb').write(bytes(100_000))"
    ended = warm.run(source)
    assert ended.left >= 1 << 20
    if warm.level == "namespaces":
        assert ended.raised.startswith("OSError: [Errno 28]")


def test_a_scratch_in_memory_has_a_largest_number_of_files(warm):
    if warm.level != "namespaces":
        pytest.skip("a scratch on disk has not: `missing` says so")
    source = "for i in range(9999): open(str(i), 'wb').close()"
    assert warm.run(source).raised.startswith("OSError: [Errno 28]")


def test_what_an_answer_left_in_the_scratch_is_gone_for_the_next(warm):
    source = """
import os
print(os.listdir(), os.getcwd() == scratch)
os.makedirs("a/b"); open("a/b/c", "w").write("x"); os.symlink("/", "link")
os.chdir("a"); os.mkdir("locked", 0); open("odd \\udc80 name", "w").close()
"""
    for _ in range(3):
        assert warm.run(source).said == "[] True\n"


def test_folders_deeper_than_a_path_can_be_are_cleared(warm):
    deep = "import os\nfor _ in range(200): os.mkdir('x' * 99); os.chdir('x' * 99)"
    warm.run(deep, watch=False)
    assert warm.run("import os; print(os.listdir())").said == "[]\n"


def test_unlimited_recursion_is_an_error_not_a_crash(warm):
    for source in (
        "def f(): return f()\nf()",
        "class A:\n    def __repr__(s): return repr(s)\nrepr(A())",
        "class A:\n    def __getattr__(s, n): return getattr(s, n)\nA().x",
        "x = []\nfor _ in range(99999): x = [x]\nrepr(x)",
    ):
        assert warm.run(source).raised.startswith("RecursionError"), source


def test_descriptors_run_out_soon(warm):
    source = "x = [open('/dev/null') for _ in range(1000)]"
    assert warm.run(source).raised.startswith("OSError: [Errno 24]")


def test_time_has_a_limit_that_cannot_be_ignored(warm):
    source = """
import resource
soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
print(100 < soft < hard < 200, resource.getrlimit(resource.RLIMIT_CORE))
"""
    assert warm.run(source).said == "True (0, 0)\n"


def test_an_open_descriptor_that_was_not_kept_is_closed(warm):
    source = """
import os
found = []
for descriptor in range(200):
    try: os.fstat(descriptor)
    except OSError: continue
    found.append(descriptor)
print(len(found), found[:2])
"""
    # standard output, standard error, and the pipe of the tests' own worker
    assert warm.run(source).said == "3 [1, 2]\n"
