"""Hand the work to a Dask cluster: its nodes grade, the records stay here."""

from concurrent.futures import Executor
from functools import cache
from typing import Any

from coursekit.extras import how_to_install
from coursekit.grading import isolation
from coursekit.grading.bulk.course import Course
from coursekit.grading.bulk.crew import Crew
from coursekit.grading.bulk.desk import Order, RunError
from coursekit.grading.isolation import Availability, Level

#: Seconds to wait for the scheduler, and then for a first node.
PATIENCE = 20
#: Times a chunk is handed out again when the node that had it is lost.
RETRIES = 3


@cache
def connect(address: str) -> Any:
    """Return a client of the cluster at an address; once per process.

    Raises
    ------
    RunError
        If Dask is not installed here, nobody answers, or there is no node.
    """
    try:
        import distributed
    except ImportError:
        raise RunError(
            "grading on a cluster needs Dask, which is not installed here. Install "
            f"it here and on the nodes: {how_to_install('cluster')}."
        ) from None
    try:
        client = distributed.Client(address, timeout=PATIENCE)
    except (OSError, ValueError, TimeoutError) as error:
        raise RunError(
            f"there is no Dask scheduler at {address} ({error}). Start one with 'dask "
            "scheduler' and give the address that it prints."
        ) from None
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        client.close()
        raise RunError(
            f"the cluster at {address} has no nodes. Start some with 'dask worker "
            f"{address}'."
        ) from None
    return client


def levels_of(address: str) -> list[Availability]:
    """Return every level, best first, and whether it holds on all nodes.

    Raises
    ------
    RunError
        If the nodes cannot be asked: coursekit is not installed there, for one.
    """
    try:
        told = connect(address).run(isolation.probe_levels)
    except RunError:
        raise
    except Exception as error:
        raise RunError(
            f"the nodes of {address} cannot grade: {type(error).__name__}: {error}. "
            "Install the same coursekit on all of them."
        ) from None
    found = []
    for level in Level:
        at = [(node, one) for node, all_ in told.items() for one in all_]
        lacking = [
            f"{one.why or 'it did not hold'} (on {node})"
            for node, one in at
            if one.level == level and not one.available
        ]
        found.append(Availability(level, not lacking, "; ".join(sorted(lacking)[:3])))
    return found


class Cluster(Crew):
    """The nodes of a Dask cluster grade, each process with workers of its own."""

    def __init__(self, order: Order, course: Course, address: str) -> None:
        self.client = connect(address)
        nodes = len(self.client.scheduler_info(n_workers=-1)["workers"])
        super().__init__(order, course, window=max(4, 3 * nodes))

    def executor(self) -> Executor:
        """Return the cluster as an executor."""
        return self.client.get_executor(pure=False, retries=RETRIES)

    def stop(self) -> None:
        """Take back what is not done."""
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=False)

    def __exit__(self, *_: Any) -> None:
        self.stop()
        connect.cache_clear()
        self.client.close()
