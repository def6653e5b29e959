"""The worker as whoever grades sees it: it is there, or it is started anew."""

import os
from typing import Self

import numpy as np

from coursekit.grading.isolation import Level
from coursekit.grading.reasons import Reason
from coursekit.grading.worker.job import Job, Limits, Ran, Work
from coursekit.grading.worker.process import LEAVE_SECONDS, Fresh, Lost, Process
from coursekit.grading.worker.submission import MAX_SKIPPED
from coursekit.grading.worker.watch import PATIENCE, START_SECONDS
from coursekit.grading.worker.words import explained
from coursekit.probes.outcome import Observed

#: How often a job is tried before it is given up.
_STARTS = 2
DEFAULT = Limits()
CAN_FORK = hasattr(os, "fork")


class Worker:
    """A warm process that runs submissions one after the other, behind walls.

    Use it as a context manager, or close it. One thread may use it at a time.

    Parameters
    ----------
    torch : bool
        Whether answers may import torch.
    level : Level
        The walls around them.
    limits : Limits
        What a submission may use.

    Raises
    ------
    RuntimeError
        If it cannot be started here, or gives a wrong result for a right answer.

    Examples
    --------
    >>> with Worker(torch=False, level=Level.PROCESS) as worker:
    ...     worker.run(CANARY)["layer_norm"].reason
    <Reason.OK: 'OK'>
    """

    def __init__(self, *, torch: bool, level: Level, limits: Limits = DEFAULT) -> None:
        self.torch, self.level, self.limits = torch, level, limits
        self._process: Process | Fresh | None = None
        self._start()

    def run(self, job: Job) -> dict[str, Ran]:
        """Return what came of every task of a job, in its order.

        If the worker fails twice over it, each task is GRADER_ERROR and says why.
        """
        why = ""
        if not job.works:
            return {}
        for _ in range(_STARTS):
            try:
                if self._process is None:
                    self._start()
                return self._process.ask(job, _seconds_for(job, self.limits))
            except (Lost, RuntimeError) as error:
                why = str(error)
                self.close()
        return {work.task: self._failed(work.task, why) for work in job.works}

    @property
    def pid(self) -> int | None:
        """The number of the process, None while there is none."""
        return self._process and self._process.pid

    def _failed(self, task: str, why: str) -> Ran:
        message = explained(Reason.GRADER_ERROR, task, self.limits, why)
        return Ran(reason=Reason.GRADER_ERROR, message=message)

    def _start(self) -> None:
        """Start a process, and believe that it works when it has shown it."""
        kind = Process if CAN_FORK else Fresh
        try:
            self._process = kind(self.torch, self.level, self.limits)
            self._process.warm()
            ran = self._process.ask(CANARY, _seconds_for(CANARY, self.limits))
            _check(ran["layer_norm"])
        except Lost as error:
            self.close()
            raise RuntimeError(
                f"no worker can be started at level {self.level}: {error}"
            ) from None
        except RuntimeError:
            self.close()
            raise

    def close(self) -> None:
        """End the process; the worker can be used again and then starts a new one."""
        if self._process is not None:
            self._process.end()
            self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _seconds_for(job: Job, limits: Limits) -> float:
    """Return how long a job may take at most: if it takes longer, the worker hangs."""
    tasks, cells = len(job.works), min(len(job.beside), MAX_SKIPPED + 1)
    longest = PATIENCE * max(limits.load_seconds, limits.wall_seconds)
    return START_SECONDS + (2 * tasks + cells) * (longest + LEAVE_SECONDS)


def _check(ran: Ran) -> None:
    """Raise unless the canary came back alive."""
    outcome = ran.outcomes.get("case")
    y = outcome.values.get("y") if isinstance(outcome, Observed) else None
    if type(y) is not np.ndarray or not np.allclose(y, [[-1.0, 1.0]], rtol=1e-12):
        raise RuntimeError(
            f"a worker gave {outcome or ran.message} for an answer that is right; "
            "nothing was graded."
        )


_SOURCE = """
def layer_norm(x, gamma, beta, eps=1e-5):
    m = x.mean(-1, keepdims=True)
    inv_std = 1 / np.sqrt(((x - m) ** 2).mean(-1, keepdims=True) + eps)
    x_hat = (x - m) * inv_std
    return gamma * x_hat + beta, (x_hat, inv_std, gamma)
"""
#: An answer that is known to be right, to see that a worker works.
CANARY = Job(
    ("import numpy as np",),
    (
        Work(
            "layer_norm",
            "coursekit.probes.layer_norm:forward",
            _SOURCE,
            {
                "case": {
                    "x": np.array([[1.0, 3.0]]),
                    "gamma": np.ones(2),
                    "beta": np.zeros(2),
                    "eps": 0.0,
                }
            },
        ),
    ),
)
