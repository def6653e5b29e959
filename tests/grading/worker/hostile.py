"""What a submission may try, and the reason its task must get: one table.

Every row is run at every level of isolation the machine offers, with an innocent task
behind it in the same notebook and an innocent notebook behind that. To add a row, add
an `attack` (lines before a right answer) or the source of a whole cell.
"""

import hashlib
import stat
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

import numpy as np

import coursekit
from coursekit.grading.reasons import Reason
from coursekit.grading.worker.frames import frame

RIGHT = """\
    m = x.mean(-1, keepdims=True)
    inv_std = 1 / np.sqrt(((x - m) ** 2).mean(-1, keepdims=True) + eps)
    x_hat = (x - m) * inv_std
    return gamma * x_hat + beta, (x_hat, inv_std, gamma)
"""
HEAD = "def layer_norm(x, gamma, beta, eps=1e-5):\n"


@dataclass(frozen=True)
class Row:
    """A cell and what must come of it.

    ``outcome`` says more where the reason is OK: "right" (as if nothing had been
    tried), "Odd" (the first value is no plain one) or the name of an exception.
    """

    source: str
    reason: Reason = Reason.OK
    outcome: str = ""
    #: at level `process` Python 3.11 has no way to see it
    unseen: bool = False


def attack(
    lines: str, reason: Reason = Reason.OK, outcome: str = "", **options: bool
) -> Row:
    """Return a row whose function runs ``lines`` before it gives the right answer."""
    outcome = outcome or ("right" if reason is Reason.OK else "")
    return Row(
        HEAD + indent(lines.strip(), "    ") + "\n" + RIGHT, reason, outcome, **options
    )


def swallowed(lines: str) -> str:
    """Return lines that ignore whatever error they end with."""
    return f"try:\n{indent(lines.strip(), '    ')}\nexcept BaseException:\n    pass\n"


def to_every_descriptor(data: str) -> str:
    """Return lines that write ``data``, an expression, wherever that is possible."""
    return f"""
import os, struct
data = {data}
for fd in range(3, 64):
    try:
        os.write(fd, data)
    except OSError:
        pass
"""


def framed(body: str) -> str:
    """Return the expression of a frame with the body that an expression gives."""
    return f"struct.pack('<I', len({body})) + {body}"


R = Reason
DENIED = R.SANDBOX_DENIED
FORGED = R.PROTOCOL_VIOLATION

HOSTILE: dict[str, Row] = {
    # time
    "an endless loop": attack("while True: pass", R.TIMEOUT_CPU),
    "a loop that swallows everything": attack(
        """
import signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    try:
        while True: pass
    except BaseException:
        pass
""",
        R.TIMEOUT_CPU,
    ),
    "one endless operation in C": attack("10 ** 10 ** 9 % 7", R.TIMEOUT_CPU),
    "a regular expression without end": attack(
        "import re; re.match('(a+)+$', 'a' * 60 + 'b')", R.TIMEOUT_CPU
    ),
    "sleep": attack("import time; time.sleep(1000)", R.TIMEOUT_WALL),
    "a signal that does not come": attack(
        "import signal; signal.pause()", R.TIMEOUT_WALL
    ),
    "stopping itself": attack(
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", R.TIMEOUT_WALL
    ),
    "an endless loop in the cell": Row("while True: pass\n", R.LOAD_TIMEOUT),
    "sleep in the cell": Row("import time\ntime.sleep(1000)\n", R.LOAD_TIMEOUT),
    "a decorator without end": Row(
        "def forever(f):\n    while True: pass\n@forever\n" + HEAD + RIGHT,
        R.LOAD_TIMEOUT,
    ),
    # memory, disk, output, results
    "a growing list": attack(
        # never written to, or filling it would take longer than the time there is
        "a = []\nwhile True: a.append(bytearray(1 << 20))",
        R.MEMORY_LIMIT,
    ),
    "a huge array": attack("np.ones((1 << 17, 1 << 14))", R.MEMORY_LIMIT),
    "a huge array in the cell": Row("a = np.ones((1 << 17, 1 << 14))", R.MEMORY_LIMIT),
    "a huge text": attack("'x' * (1 << 40)", R.MEMORY_LIMIT),
    "a full scratch": attack(
        "with open('big', 'wb') as f:\n    while True: f.write(bytes(1 << 16))",
        R.DISK_LIMIT,
    ),
    "printing 1 GB": attack(
        "for _ in range(1 << 10): print('x' * (1 << 20))", R.OUTPUT_LIMIT
    ),
    "printing 1 GB in spite of it": attack(
        "for _ in range(1 << 10):\n"
        + indent(swallowed("print('x' * (1 << 20))"), "    "),
        R.OUTPUT_LIMIT,
    ),
    "1 GB past Python": attack(
        "import os\nfor _ in range(1 << 14): os.write(1, bytes(1 << 16))",
        R.OUTPUT_LIMIT,
    ),
    "1 GB to the error stream": attack(
        "import os\nfor _ in range(1 << 14): os.write(2, bytes(1 << 16))",
        R.OUTPUT_LIMIT,
    ),
    "printing in the cell": Row("while True: print('x' * 1000)", R.OUTPUT_LIMIT),
    "a result too large": Row(
        HEAD + "    return np.ones(1 << 20), (x, x, x)\n", R.RESULT_LIMIT
    ),
    # processes, threads, signals
    "fork": attack("import os; os.fork()", DENIED),
    "a fork bomb": attack("import os\nfor _ in range(6): os.fork()", DENIED),
    "a fork that is swallowed": attack(swallowed("import os; os.fork()"), DENIED),
    "a thread": attack(
        "import threading; threading.Thread(target=print).start()", DENIED, unseen=True
    ),
    "a thread bomb": attack(
        "import _thread, time\n"
        "for _ in range(50): _thread.start_new_thread(time.sleep, (9,))",
        DENIED,
    ),
    "subprocess": attack("import subprocess; subprocess.run(['true'])", DENIED),
    "os.system": attack("import os; os.system('true')", DENIED),
    "os.popen": attack("import os; os.popen('true')", DENIED),
    "execve": attack("import os; os.execve('/bin/true', ['true'], {})", DENIED),
    "posix_spawn": attack(
        "import os; os.posix_spawn('/bin/true', ['true'], {})", DENIED
    ),
    "multiprocessing": attack(
        "import multiprocessing as m; m.Process(target=print).start()", DENIED
    ),
    "killing the parent": attack("import os; os.kill(os.getppid(), 9)", DENIED),
    # signal 0 does no harm should it get through; the walls do not look at the number
    "killing process 1": attack("import os; os.kill(1, 0)", DENIED),
    "killing all": attack("import os; os.kill(-1, 0)", DENIED),
    "killing the group": attack("import os; os.kill(0, 0)", DENIED),
    "killing a group by name": attack("import os; os.killpg(os.getpgid(0), 9)", DENIED),
    # ends
    "os._exit": attack("import os; os._exit(0)", R.PROCESS_EXIT),
    "os._exit in the cell": Row("import os\nos._exit(0)\n", R.PROCESS_EXIT),
    "abort": attack("import os; os.abort()", R.PROCESS_SIGNAL),
    "killing itself": attack("import os; os.kill(os.getpid(), 9)", R.PROCESS_SIGNAL),
    "sys.exit": attack("import sys; sys.exit(0)", outcome="SystemExit"),
    "KeyboardInterrupt": attack("raise KeyboardInterrupt", outcome="KeyboardInterrupt"),
    "GeneratorExit": attack("raise GeneratorExit", outcome="GeneratorExit"),
    "sys.exit in the cell": Row("import sys\nsys.exit(0)\n", R.LOAD_ERROR),
    "recursion": attack("f = lambda: f()\nf()", outcome="RecursionError"),
    "a class that cannot be described": attack(
        """
class Meta(type):
    def __getattribute__(cls, name): raise SystemExit
class Bad(Exception, metaclass=Meta):
    def __str__(self): raise KeyboardInterrupt
    __repr__ = __str__
raise Bad
""",
        outcome="Bad",
    ),
    "input": attack("input()", outcome="EOFError"),
    "reading from stdin": attack("import sys; assert sys.stdin.read() == ''"),
    # network
    "TCP": attack("import socket; socket.create_connection(('127.0.0.1', 22))", DENIED),
    "UDP": attack("import socket; socket.socket(type=socket.SOCK_DGRAM)", DENIED),
    "a unix socket": attack("import socket; socket.socket(socket.AF_UNIX)", DENIED),
    "a pair of sockets": attack("import socket; socket.socketpair()", DENIED),
    "vsock": attack("import socket; socket.socket(40, socket.SOCK_STREAM)", DENIED),
    "a name on the network": attack(
        "import socket; socket.getaddrinfo('example.org', 80)", DENIED
    ),
    "a web page": attack(
        "import urllib.request as u; u.urlopen('http://127.0.0.1')", DENIED
    ),
    # files
    "reading another file": attack("open({canary!r} + '/secret').read()", DENIED),
    "reading it, swallowed": attack(swallowed("open({canary!r} + '/secret')"), DENIED),
    "reading the password file": attack("open('/etc/passwd')", DENIED),
    "reading the autograders": attack(
        "open({course!r} + '/autograders/edition.py')", DENIED
    ),
    "reading the reference": attack(
        "open({course!r} + '/reference/layer_norm.py')", DENIED
    ),
    "listing another folder": attack("import os; os.listdir({canary!r})", DENIED),
    "writing to another folder": attack("open({canary!r} + '/new', 'w')", DENIED),
    "overwriting another file": attack("open({canary!r} + '/open', 'w')", DENIED),
    "removing another file": attack(
        "import os; os.remove({canary!r} + '/open')", DENIED
    ),
    "renaming another file": attack(
        "import os; os.rename({canary!r} + '/open', 'mine')", DENIED
    ),
    "removing another folder": attack("import os; os.rmdir({canary!r})", DENIED),
    "changing rights": attack("import os; os.chmod({canary!r} + '/open', 0)", DENIED),
    "through a link": attack(
        "import os; os.symlink({canary!r}, 'link'); open('link/open', 'w')", DENIED
    ),
    "writing its own file": attack("open('mine', 'w').write('x'); open('mine').read()"),
    # past Python
    "ctypes": attack("import ctypes; ctypes.CDLL(None).getppid()", DENIED),
    "memory by address": attack("import ctypes; ctypes.string_at(0)", DENIED),
    "raising its own limits": attack(
        "import resource as r; r.setrlimit(r.RLIMIT_AS, (-1, -1))", DENIED
    ),
    # the pipe
    "forged words": attack(to_every_descriptor("b'pass ' * 100"), R.RESULT_LIMIT),
    "a forged result": attack(to_every_descriptor("{forged_result!r}"), FORGED),
    "a forged end": attack(to_every_descriptor("{forged_end!r}"), FORGED),
    "an array for a number": attack(to_every_descriptor("{forged_number!r}"), FORGED),
    "an array for a name": attack(to_every_descriptor("{forged_name!r}"), FORGED),
    "a forged last word": attack(to_every_descriptor("{forged_done!r}"), FORGED),
    "a pickle": attack(
        to_every_descriptor(framed("__import__('pickle').dumps(print)")), FORGED
    ),
    "an array of 2 ** 40 entries": attack(
        to_every_descriptor("{forged_array!r}"), FORGED
    ),
    "4 GB claimed": attack(
        to_every_descriptor(r"b'\xff\xff\xff\xff'") + "import time; time.sleep(99)",
        R.RESULT_LIMIT,
    ),
    "a flood of nothing": attack(
        f"while True:\n{indent(to_every_descriptor('bytes(1 << 16)'), '    ')}", FORGED
    ),
    "a flood of notes": attack(
        f"while True:\n{indent(to_every_descriptor('{forged_note!r}'), '    ')}", FORGED
    ),
    "the pipe closed": attack("import os; os.closerange(3, 64)", R.PROCESS_EXIT),
    "the pipe closed, and waiting": attack(
        "import os, time; os.closerange(3, 64); time.sleep(99)", FORGED
    ),
    # patches
    "np.allclose patched": attack("np.allclose = lambda *a, **k: True"),
    "np patched in the cell": Row(
        "np.allclose = np.array_equal = lambda *a, **k: True\n" + HEAD + RIGHT,
        outcome="right",
    ),
    "builtins patched": attack(
        "import builtins\nfor n in 'len isinstance type dict print'.split():\n"
        "    setattr(builtins, n, None)",
        outcome="any",
    ),
    "the random numbers seeded": attack(
        "np.random.seed(0); import random; random.seed(0)"
    ),
    "our modules patched": attack(
        """
import sys
for name in list(sys.modules):
    if name.startswith('coursekit.probes.'):
        for key in list(vars(sys.modules[name])):
            if not key.startswith('__'): setattr(sys.modules[name], key, None)
""",
        outcome="any",
    ),
    "sys.modules emptied": attack("import sys; sys.modules.clear()", outcome="any"),
    "a tracer": attack("import sys; sys.settrace(lambda *a: 1 / 0)", outcome="any"),
    "an import hook": attack("import sys; sys.meta_path.clear(); sys.path.clear()"),
    "an exit handler": attack("import atexit, os; atexit.register(os._exit, 3)"),
    "the standard streams closed": attack("import os; os.closerange(0, 3)"),
    "sys.stdout gone": attack("import sys; sys.stdout = sys.stderr = None"),
    "the environment emptied": attack("import os; os.environ.clear()"),
    "another folder": attack(
        swallowed("import os; os.mkdir('d'); os.chdir('d'); os.rmdir('../d')")
    ),
    "no more rubbish collected": attack("import gc; gc.disable(); gc.set_threshold(1)"),
    # lies
    "a subclass of ndarray": Row(
        "class Liar(np.ndarray):\n"
        "    def __eq__(self, other): return True\n"
        "    def __array__(self, *a, **k): raise SystemExit\n"
        "    def __len__(self): return 7\n"
        + HEAD
        + "    return x.view(Liar), (x, x, x)\n",
        outcome="Odd",
    ),
    "an object that claims to be an array": Row(
        "class Liar:\n"
        "    __class__ = property(lambda self: np.ndarray)\n"
        "    def __eq__(self, other): return True\n"
        "    def __getattr__(self, name): raise SystemExit\n"
        + HEAD
        + "    return Liar(), (x, x, x)\n",
        outcome="Odd",
    ),
    "an array of objects": Row(
        HEAD + "    return np.array([print]), (x, x, x)\n", outcome="Odd"
    ),
    "an array of 64 axes": Row(
        HEAD + "    return np.ones((1,) * 32), (x, x, x)\n", outcome="Odd"
    ),
    "a name of 100 MB": attack(
        "raise type('E' * 10000000, (Exception,), {{}})('m' * 10000000)", outcome="any"
    ),
    "an ugly message": attack(
        r"raise ValueError('\ud800\x00\x1b[31m<script>' + 'x' * 1000000)",
        outcome="ValueError",
    ),
    # looking around
    "frames, garbage, /proc": attack(
        """
import gc, sys
frame = sys._getframe()
while frame:
    assert 'oracle' not in frame.f_locals and 'expected' not in frame.f_locals
    frame = frame.f_back
assert not [n for n in sys.modules if n.startswith('coursekit.autograders')]
assert not [n for n in sys.modules if n.startswith('coursekit.reference')]
for thing in gc.get_objects():
    assert 'Mistake' != type(thing).__name__
""",
    ),
    # cells
    "not Python": Row("def layer_norm(x:\n", R.SYNTAX_ERROR),
    "brackets without end": Row("(" * 100_000, R.SYNTAX_ERROR),
    "a NUL": Row("x = 1\0", R.SYNTAX_ERROR),
    "return outside": Row("return 1", R.SYNTAX_ERROR),
    "an exception in the cell": Row("1 / 0\n" + HEAD + RIGHT, R.LOAD_ERROR),
    "an exception after the definition": Row(HEAD + RIGHT + "1 / 0\n", outcome="right"),
    "another name": Row("def layernorm(x): return x\n", R.NOT_DEFINED),
    "the name deleted": Row(HEAD + RIGHT + "del layer_norm\n", R.NOT_DEFINED),
    "no function": Row("layer_norm = 3\n", R.NOT_CALLABLE),
    "the autograders imported": attack(
        "import coursekit.autograders", outcome="ModuleNotFoundError"
    ),
    "the reference imported": attack(
        "from coursekit.reference import layer_norm", outcome="ModuleNotFoundError"
    ),
    "torch where there is none": attack("import torch", outcome="ModuleNotFoundError"),
    "torch at the top of the cell": Row(
        "import torch\n" + HEAD + RIGHT, outcome="right"
    ),
}

#: What stands for `{forged_result!r}` and the like in a row.
FORGERIES = {
    "forged_result": frame(["outcome", 0, 0, [{"y": 1.0}, ""]]),
    "forged_number": frame(["outcome", 0, np.array([0, 1]), [{"y": 1.0}, ""]]),
    "forged_name": frame(["end", 0, np.array([0, 1]), "", None, 0.0, 0.0]),
    "forged_end": frame(["end", 0, "called", "", None, 0.0, 0.0]),
    "forged_done": frame(["done"]),
    "forged_note": frame(["note", 0, "x" * 500]),
    "forged_array": frame(["outcome", 0, 0])[:4]
    + b"A\x00\x01"
    + (1 << 40).to_bytes(8, "little"),
}


def tree(folder: Path) -> str:
    """Return a hash of all that is below a folder: names, rights and contents."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        digest.update(
            f"{path} {status.st_mode} {status.st_size}".encode(errors="replace")
        )
        if stat.S_ISREG(status.st_mode):
            digest.update(path.read_bytes())
        elif stat.S_ISLNK(status.st_mode):
            digest.update(bytes(path.readlink()))
    return digest.hexdigest()


def aimed(source: str, canary: Path) -> str:
    """Return the source of a row with what it is to attack put in."""
    words = {"canary": str(canary), "course": str(Path(coursekit.__file__).parent)}
    words |= FORGERIES
    for name, value in words.items():
        source = source.replace(f"{{{name}!r}}", repr(value))
    return source.replace("{{}}", "{}")
