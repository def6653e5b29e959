"""A small warm worker for tests of the walls: each source runs in a child behind them.

As a script it is that worker; as a module it starts and asks one.
"""

import functools
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOBODY = 65534
KERNEL = ["namespaces", "namespaces as nobody", "landlock", "landlock as nobody"]
#: What the sources need: a nobody cannot import from a home that is closed to others.
IMPORTS = (
    "import resource, socket, subprocess, sqlite3, threading, fcntl, time, traceback, "
    "encodings.idna"
)


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

    def __init__(
        self,
        level: str,
        *,
        as_nobody: bool = False,
        imports: str = "",
        readable: tuple[Path, ...] = (),
    ):
        who = "nobody" if as_nobody else "self"
        options = [level, who, imports, *map(str, readable)]
        self.level, self.as_nobody = level, as_nobody
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-B", str(Path(__file__)), str(ROOT), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
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
        self.ask(source, watch=watch, times=times)
        return Ended(**self._read())

    def ask(self, source: str, *, watch: bool = True, times: int = 1) -> None:
        """Have a source run and do not wait for its end."""
        question = {"source": source, "watch": watch, "times": times}
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()

    def _read(self) -> dict:
        line = self._process.stdout.readline()
        assert line, "the worker died"
        return json.loads(line)

    def kill(self) -> None:
        """End the worker as the out-of-memory killer would."""
        self._process.kill()
        self.close()
        if self.level != "namespaces":  # nobody is left to remove it
            shutil.rmtree(Path(self.ready["scratch"]).parent)

    def close(self) -> None:
        """End the worker."""
        self._process.communicate()


@functools.cache
def _offered() -> list[str]:
    from coursekit.grading.isolation import available_levels

    return available_levels()


def started(
    world: str, imports: str = IMPORTS, readable: tuple[Path, ...] = ()
) -> Warm:
    """Start a worker in a world: a level, and who they are."""
    import pytest

    level, _, who = world.partition(" as ")
    if level not in _offered():
        pytest.skip(f"this machine does not offer {level}")
    if who and (sys.platform != "linux" or os.geteuid() != 0):
        pytest.skip("only root can become somebody else")
    return Warm(level, as_nobody=bool(who), imports=imports, readable=readable)


def _child(walls, source: str, watch: bool, said: int, raised: int) -> None:
    """Be the child: close the walls in, run the source, never return."""
    try:
        os.dup2(said, 1)
        keep = [1, 2, raised]
        if watch:
            walls.close_in(keep)
        else:
            os.chdir(walls.scratch)
            walls.close_kernel_in(keep)
        scope = {"__name__": "answer", "scratch": str(walls.scratch)}
        exec(compile(source, "<answer>", "exec"), scope)
    except BaseException as error:
        os.write(raised, f"{type(error).__name__}: {error}".encode()[:4000])
    finally:
        sys.stdout.flush()
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


def main(root: str, level: str, who: str, imports: str, *readable: str) -> None:
    sys.path.insert(0, root)
    from coursekit.grading.walls import Level, Walls

    exec(imports)
    if who == "nobody":
        _become_nobody()
    walls = Walls.build(Level(level), Limits(), map(Path, readable))
    print(json.dumps({"scratch": str(walls.scratch), "pid": os.getpid()}), flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        for _ in range(question["times"]):
            answer = _run(walls, question["source"], question["watch"])
        print(json.dumps(answer), flush=True)
    walls.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
