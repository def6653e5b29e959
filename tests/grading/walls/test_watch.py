"""What Python refuses behind the walls of every level, in words, and what it notes."""

import pytest

#: Should the walls have a hole, these harm nothing: what they change is not there.
ATTACKS = {
    "open '/etc/passwd'": "open('/etc/passwd')",
    "open '../secret'": "open('../secret')",
    "open '/nowhere/new'": "open('/nowhere/new', 'w')",
    "open '/etc'": "import os; os.open('/etc', os.O_RDONLY)",
    "list '/'": "import os; os.listdir('/')",
    "list '..'": "import os; [*os.scandir('..')]",
    "remove '/nowhere/x'": "import os; os.remove('/nowhere/x')",
    "remove '/nowhere'": "import os; os.rmdir('/nowhere')",
    "rename '/nowhere/y'": "import os; os.rename('/nowhere/y', 'mine')",
    "rename '/nowhere/x'": "import os; open('x', 'w'); os.rename('x', '/nowhere/x')",
    "link to '/nowhere/x'": "import os; os.link('/nowhere/x', 'mine')",
    "make '/nowhere/link'": "import os; os.symlink('x', '/nowhere/link')",
    "make '/nowhere/folder'": "import os; os.mkdir('/nowhere/folder')",
    "cut '/nowhere/x'": "import os; os.truncate('/nowhere/x', 0)",
    "change the rights of '/nowhere'": "import os; os.chmod('/nowhere', 0)",
    "change the owner of '/nowhere'": "import os; os.chown('/nowhere', 0, 0)",
    "change the times of '/nowhere'": "import os; os.utime('/nowhere')",
    "start another process": "import os; os.system('true')",
    "start another process ": "import os; os.fork()",
    "start another process  ": "import os; os.execv('/bin/true', ['true'])",
    "start another process   ": "import os; os.posix_spawn('/bin/true', ['true'], {})",
    "start another process    ": "import subprocess; subprocess.Popen(['true'])",
    "start a thread": "import threading; threading.Thread(target=print).start()",
    "send a signal to another process": "import os; os.kill(os.getppid(), 0)",
    "send a signal to another process ": "import os; os.killpg(0, 0)",
    "send a signal to another process  ": "import fcntl; fcntl.fcntl(1, 8, 1)",
    "reach the network": "import socket; socket.socket()",
    "reach the network ": "import socket; socket.getaddrinfo('localhost', 80)",
    "call native code": "import ctypes; ctypes.CDLL(None)",
    "call native code ": "import ctypes; ctypes.pythonapi.Py_IncRef",
    "change the limits it runs under": (
        "import resource as r; r.setrlimit(r.RLIMIT_CORE, (0, 0))"
    ),
}


@pytest.mark.parametrize("tried", ATTACKS)
def test_an_attack_is_refused_by_name(warm, tried):
    ended = warm.run(ATTACKS[tried])
    words = f"Your code tried to {tried.rstrip()}. "
    assert ended.raised.startswith(f"Denied: {words}"), ended
    assert ended.denied.startswith(words)


@pytest.mark.parametrize("tried", ATTACKS)
def test_an_attack_that_goes_on_is_found_out(warm, tried):
    source = "\n    ".join(("try:", *ATTACKS[tried].split("; ")))
    ended = warm.run(f"{source}\nexcept OSError:\n    pass\nprint('went on')")
    assert (ended.status, ended.said) == (0, "went on\n")
    assert ended.denied.startswith(f"Your code tried to {tried.rstrip()}. ")


def test_the_first_attack_is_the_one_that_is_told(warm):
    source = """
for path in ('/etc/first', '/etc/second'):
    try: open(path)
    except PermissionError: pass
"""
    assert "'/etc/first'" in warm.run(source).denied


def test_a_note_outlives_a_violent_death_and_not_the_child(warm):
    source = "import os\ntry: open('/etc/x')\nexcept OSError: os.abort()"
    assert "'/etc/x'" in warm.run(source).denied
    assert warm.run("pass").denied == ""


@pytest.mark.parametrize(
    "harmless",
    [
        "import numpy, random; numpy.random.default_rng(0).normal(size=3)",
        "open('/dev/null', 'w').write('x'); open('/dev/urandom', 'rb').read(3)",
        "open('x', 'w').write('x'); import os; os.rename('x', 'y'); os.remove('y')",
        "import os; os.listdir(); os.listdir('.'); os.mkdir('d'); os.rmdir('d')",
        "import os; os.symlink('x', 'y'); open('x', 'w').write('z'); open('y').read()",
        "import traceback; traceback.print_stack(file=open('x', 'w'))",
        "import sqlite3; sqlite3.connect(':memory:').execute('select 1')",
        "import resource as r; r.getrlimit(r.RLIMIT_AS); r.getrusage(r.RUSAGE_SELF)",
        "import gc, sys; gc.collect(); gc.get_objects(); sys._getframe()",
        "import tempfile\nwith tempfile.TemporaryDirectory() as d: open(d + '/a', 'w')",
        "import tempfile; tempfile.NamedTemporaryFile().write(b'x')",
        "import shutil, os; os.makedirs('a/b/c'); shutil.rmtree('a')",
        "import pathlib; (pathlib.Path.home() / 'x').write_text('x')",
        "import os; os.path.exists('/etc/passwd'); os.stat('.')",
    ],
)
def test_what_an_answer_may_do_is_not_refused(warm, harmless):
    if warm.as_nobody:
        pytest.skip("it imports, and the packages may lie in a closed home")
    ended = warm.run(harmless)
    assert (ended.raised, ended.denied) == ("", "")


def test_a_look_around_for_the_oracle_is_refused_and_no_attack(warm):
    source = """
import os
for path in ("/proc", "/proc/1/environ", f"/proc/{os.getppid()}/maps"):
    try: os.listdir(path) if path == "/proc" else open(path)
    except OSError: print("refused")
"""
    ended = warm.run(source)
    assert (ended.said, ended.denied) == ("refused\n" * 3, "")


def test_what_a_package_tries_while_it_is_imported_is_not_the_answers_doing(warm):
    if warm.as_nobody:
        pytest.skip("it imports, and the packages may lie in a closed home")
    # it starts a program that lists fonts, and a thread that says how long this takes
    source = "try: import matplotlib.font_manager\nexcept OSError: pass\nprint('on')"
    ended = warm.run(source)
    assert (ended.said, ended.denied) == ("on\n", "")


def test_a_second_hook_is_not_added(warm):
    source = "import sys; sys.addaudithook(lambda *a: print(a)); open('x', 'w')"
    ended = warm.run(source)
    assert ended.said == ""
    assert ended.denied.startswith("Your code tried to change how it is graded")


def test_a_module_that_the_answer_wrote_counts_as_the_answer(warm):
    source = """
import sys
open("mine.py", "w").write("open('/etc/passwd')")
sys.path.insert(0, ".")
import mine
"""
    assert "'/etc/passwd'" in warm.run(source).denied


@pytest.mark.parametrize(
    "disguise",
    [
        "class S(str):\n    def startswith(s, *a): return True\nopen(S('/etc/passwd'))",
        "class P:\n    def __fspath__(s): return '/etc/passwd'\nopen(P())",
        "open(b'/etc/passwd')",
        "open('//etc/../etc/passwd')",
        "import os; os.symlink('/etc', 'e'); open('e/passwd')",
        "import os; os.symlink('/etc/passwd', 'e'); open('e', 'a')",
        "import io; io.FileIO('/etc/passwd')",
        "import io; io.open_code('/etc/passwd')",
        "import os; os.chdir('/'); open('etc/passwd')",
        "import pathlib; pathlib.Path('/etc/passwd').read_text()",
        "import builtins; builtins.isinstance = lambda *a: False\nopen('/etc/passwd')",
    ],
)
def test_a_path_in_disguise_is_seen_through(warm, disguise):
    ended = warm.run(disguise)
    assert ended.raised, ended
    assert "Your code tried to open" in ended.denied


def test_the_hook_is_not_found_and_not_changed(warm):
    source = """
import gc, sys
from coursekit.grading.walls import audit
print([o for o in gc.get_objects() if type(o).__name__ == "Watch"])
def allow(*a): pass
try: audit.Watch.__call__.__code__ = allow.__code__
except PermissionError: print("refused")
open("/etc/passwd")
"""
    ended = warm.run(source)
    assert ended.said == "[]\nrefused\n"
    assert ended.raised.startswith("Denied: ")


def test_a_name_that_no_screen_can_show_is_told_in_plain_letters(warm):
    denied = warm.run("open('/etc/\\udc80\\x1b[2J' + 'x' * 9999)").denied
    assert "'/etc/\\udc80\\x1b[2J" in denied
    assert denied.isascii()
    assert len(denied) < 500


def test_numerical_code_costs_the_hook_nothing(warm):
    if warm.as_nobody:
        pytest.skip("it imports, and the packages may lie in a closed home")
    source = """
import sys
import numpy as np
from coursekit.grading.walls import audit
def numerical():
    a = np.random.default_rng(0).normal(size=(50, 50))
    for _ in range(100):
        a = (a - a.mean(0)) / np.sqrt(a.var(0) + 1e-5)
        np.linalg.norm(a @ a.T), [x * 2 for x in range(10)]
numerical()  # what is imported when it is first used
seen = []
audit.Watch.__call__ = lambda self, event, arguments: seen.append(event)
numerical()
print(seen)
"""
    assert warm.run(source).said == "[]\n"
