"""Stand-ins for what bulk grading works with: no walls, no disk."""

import linecache
from concurrent.futures import Executor, Future

from coursekit.grading.bulk.crew import Crew
from coursekit.grading.bulk.desk import close_desks
from coursekit.grading.reasons import Reason
from coursekit.grading.worker.job import Ran
from coursekit.probes.run import observe_all


class Bare:
    """A worker that runs answers right here, without any walls."""

    def __init__(self, torch=False, level=None, limits=None):
        self.torch, self.jobs, self.closed = torch, 0, False

    def run(self, job):
        """Run every answer of a job as a worker would."""
        self.jobs += 1
        space = {"__name__": "__main__"}
        for source in job.beside:
            _try(source, space)
        return {work.task: self._ran(work, dict(space)) for work in job.works}

    def _ran(self, work, space):
        name = f"<{work.task} {id(work)}>"
        lines = work.source.splitlines(keepends=True)
        linecache.cache[name] = (len(work.source), None, lines, name)
        try:
            exec(compile(work.source, name, "exec"), space)
        except Exception as error:
            message = f"{type(error).__name__}: {error}"
            return Ran(reason=Reason.LOAD_ERROR, message=message)
        module, _, function = work.probe.partition(":")
        probe = getattr(__import__(module, fromlist=["x"]), function)
        return Ran(observe_all(probe, space[work.task], work.cases))

    def close(self):
        """Nothing is left to end."""
        self.closed = True


def _try(source, space):
    for line in source.split("\n\n"):
        try:
            exec(line, space)
        except Exception:
            continue


class Kept:
    """Records in memory, with what bulk grading asks of them."""

    def __init__(self):
        self.kept, self.puts, self.settings, self.gone = {}, 0, {}, set()

    def setting(self, name, default=""):
        """Return a setting."""
        return self.settings.get(name, default)

    def set(self, name, value):
        """Keep a setting."""
        self.settings[name] = value

    def put(self, graded):
        """Keep a record."""
        self.puts += 1
        self.kept[graded.key] = graded

    def is_done(self, key, **facts):
        """Tell whether a record was made on these facts."""
        found = self.kept.get(key)
        if found is None or found.score is None:
            return False
        return all(getattr(found, name) == value for name, value in facts.items())

    def forget(self, present):
        """Leave out what was replaced."""
        work = {key[:3] for key in present}
        self.gone = {k for k in self.kept if k[:3] in work and k not in set(present)}
        return ()

    def graded(self):
        """Return the records that count, sorted."""
        return tuple(self.kept[k] for k in sorted(self.kept) if k not in self.gone)

    def record(self, key):
        """Return a record."""
        return self.kept.get(key)


class Now(Executor):
    """Does what it is asked at once, in this thread."""

    def submit(self, do, /, *given, **named):
        """Do it."""
        future = Future()
        try:
            future.set_result(do(*given, **named))
        except Exception as error:
            future.set_exception(error)
        return future


class Alone(Crew):
    """The process of the test grades by itself."""

    def __init__(self, order, course):
        super().__init__(order, course, window=1)

    def executor(self):
        """Return what grades at once."""
        return Now()

    def stop(self):
        """End the workers."""
        super().stop()
        close_desks()
