"""A small warm worker for tests of the walls: each source runs in a child behind them.

As a script it is that worker; as a module it starts and asks one.
"""

import contextlib
import json
import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOBODY = 65534


@dataclass(frozen=True)
class Limits:
    """What the tests' children may use."""

    load_seconds: float = 5.0
    cpu_seconds: float = 5.0
    memory: int = 256 << 20
    scratch: int = 1 << 20


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit status or minus its signal, and what it said.

    ``raised`` is the type and text of the error that ended it, ``denied`` what the
    walls noted, ``left`` the bytes in its scratch folder.
    """

    status: int
    said: str
    raised: str
    denied: str
    left: int


class Warm:
    """A worker in a process of its own, behind the walls of one level."""

    def __init__(self, level: str, *, as_nobody: bool = False, imports: str = ""):
        options = [level, "nobody" if as_nobody else "self", imports]
        self.level, self.as_nobody = level, as_nobody
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-B", str(Path(__file__)), str(ROOT), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PATH": ""},
        )
        self.ready = self._read()

    @property
    def pid(self) -> int:
        """The worker's process."""
        return self._process.pid

    def run(self, source: str, *, watch: bool = True, times: int = 1) -> Ended:
        """Run a source behind the walls, ``watch=False``: behind the kernel's alone."""
        question = {"source": source, "watch": watch, "times": times}
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return Ended(**self._read())

    def _read(self) -> dict:
        line = self._process.stdout.readline()
        assert line, "the worker died"
        return json.loads(line)

    def close(self) -> None:
        """End the worker."""
        self._process.communicate()


def _child(walls, source: str, watch: bool, said: int, raised: int) -> None:
    """Be the child: close the walls in, run the source, never return."""
    try:
        os.dup2(said, 1)
        if watch:
            walls.close_in(keep=[1, raised])
        else:
            os.chdir(walls.scratch)
            walls.close_kernel_in(keep=[1, raised])
        scope = {"__name__": "answer", "scratch": str(walls.scratch)}
        exec(compile(source, "<answer>", "exec"), scope)
        sys.stdout.flush()
    except BaseException as error:
        os.write(raised, f"{type(error).__name__}: {error}".encode()[:4000])
    finally:
        os._exit(0)


def _run(walls, source: str, watch: bool) -> dict:
    said, say = os.pipe()
    raised, rise = os.pipe()
    walls.before_fork()
    child = os.fork()
    if child == 0:
        _child(walls, source, watch, say, rise)
    os.close(say)
    os.close(rise)
    texts = {}
    for name, end in (("said", said), ("raised", raised)):
        with os.fdopen(end, encoding="utf-8", errors="replace") as file:
            texts[name] = file.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    left = walls.after_child()
    return {"status": status, "denied": walls.denied(), "left": left, **texts}


def _become_nobody() -> None:
    from coursekit.grading.walls.syscalls import call

    sysconfig.get_config_vars()  # kept by Python; nobody may not get at its file
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    call("prctl", 4, 1, 0, 0, 0)  # PR_SET_DUMPABLE: else /proc/self stays root's


def _open_descriptors(walls) -> int:
    return len([fd for fd in range(256) if _is_open(fd)])


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def main(root: str, level: str, who: str, imports: str) -> None:
    sys.path.insert(0, root)
    from coursekit.grading.walls import Level, Walls

    exec(imports)
    if who == "nobody":
        _become_nobody()
    walls = Walls.build(Level(level), Limits())
    print(json.dumps({"scratch": str(walls.scratch), "pid": os.getpid()}), flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        before = _open_descriptors(walls)
        for _ in range(question["times"]):
            answer = _run(walls, question["source"], question["watch"])
        with contextlib.suppress(AssertionError):
            assert _open_descriptors(walls) == before
            print(json.dumps(answer), flush=True)
    walls.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
