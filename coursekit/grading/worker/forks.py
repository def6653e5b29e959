"""Children that are forks of this process, behind its walls."""

from collections.abc import Callable

from coursekit.grading.walls import Walls
from coursekit.grading.worker.child import Visit, live, speaker
from coursekit.grading.worker.frames import decode
from coursekit.grading.worker.job import Limits
from coursekit.grading.worker.messages import Agenda, read_job
from coursekit.grading.worker.submission import Visited
from coursekit.grading.worker.transcript import Transcript
from coursekit.grading.worker.watch import fork, watch


class Forks:
    """Forks a child for each visit, and sees it out.

    Parameters
    ----------
    walls : Walls
        Built in this process.
    limits : Limits
        What a submission may use.
    line : int
        The descriptor that hangs up when the parent of this process is gone.
    """

    def __init__(self, walls: Walls, limits: Limits, line: int) -> None:
        self.walls, self.limits, self.line = walls, limits, line

    def __call__(self, agenda: Agenda, data: bytearray, visit: Visit) -> Visited:
        """Return what one child said and how it ended."""
        self.walls.before_fork()
        child = fork(self._body(data, visit))
        transcript = Transcript(agenda, visit, self.limits.results)
        death = watch(child, transcript, self.limits, self.line)
        denied = self.walls.denied() or transcript.denied
        full = self.walls.after_child() >= self.limits.scratch
        return Visited(transcript, death, denied, full)

    def _body(self, data: bytearray, visit: Visit) -> Callable[[int], None]:
        """Return what the child does."""

        def body(pipe: int) -> None:
            job = read_job(decode(data, trusted=True))
            self.walls.close_in({0, 1, 2, pipe})
            live(job, visit, speaker(pipe), self.walls.denied)

        return body
