"""Process 1 of the children's process namespace, which it keeps alive and clean."""

import os
import signal
import time
from contextlib import suppress

from coursekit.grading.walls.syscalls import die_with_parent, drop_capabilities

#: Killing is quick; this ends the wait for a process that cannot be killed.
_SWEEPS = 2000


class Keeper:
    """A process that waits, and kills all others in its namespace when asked.

    All children of a worker live in one process namespace, one after the other. The
    kernel kills whoever is in it when its process 1 ends, and that ends with the
    worker: so nothing outlives the worker, however it ends.
    """

    def __init__(self) -> None:
        theirs, self._ask = os.pipe()
        self._answer, ours = os.pipe()
        self._process = os.fork()
        if self._process == 0:
            with suppress(BaseException):
                _keep(theirs, ours)
            os._exit(0)
        os.close(theirs)
        os.close(ours)
        self._wait()

    def sweep(self) -> None:
        """Kill whatever is left of a child that was waited for.

        Raises
        ------
        OSError
            When the namespace is gone: no further child can be started.
        """
        os.write(self._ask, b".")
        self._wait()

    def _wait(self) -> None:
        if os.read(self._answer, 1) != b".":
            raise OSError("the process namespace of the children has ended")

    def descriptors(self) -> tuple[int, int]:
        """Return what a child must close."""
        return self._ask, self._answer

    def close(self) -> None:
        """End the process, and with it the namespace."""
        for descriptor in self.descriptors():
            os.close(descriptor)
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)


def _keep(asked: int, answers: int) -> None:
    """Be process 1: answer when ready, then kill the others at each question."""
    die_with_parent(signal.SIGKILL)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # orphans need nobody to wait
    low, high = sorted((asked, answers))
    os.closerange(0, low)
    os.closerange(low + 1, high)
    os.closerange(high + 1, os.sysconf("SC_OPEN_MAX"))
    drop_capabilities()
    os.write(answers, b".")
    while os.read(asked, 1):
        for _ in range(_SWEEPS):
            try:
                os.kill(-1, signal.SIGKILL)
            except ProcessLookupError:
                break
            time.sleep(0.001)
        os.write(answers, b".")
