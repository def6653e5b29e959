"""What learner code patches is put back to what it was when it was looked at last."""

import builtins
import sys
from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest
from bulk.class_of import EXERCISES, filled, worked

from coursekit.commands.course import installed_course
from coursekit.grading.bulk.grade import Terms, grade
from coursekit.grading.bulk.handed import Handed
from coursekit.grading.worker import child, warm
from coursekit.grading.worker import kept as kept_module
from coursekit.grading.worker.frames import encode
from coursekit.grading.worker.job import Job
from coursekit.grading.worker.kept import keeper, kept


@pytest.fixture
def array(monkeypatch):
    """Return ``np.array``, which our own code mentions; all is as it was afterwards."""
    kept.cache_clear()
    assert "array" in kept().parts["numpy"]
    monkeypatch.setattr(np, "array", np.array)
    yield np.array
    kept.cache_clear()


def test_what_our_code_relies_on_is_put_back(array):
    restore = keeper(set(), [])
    np.array = None
    restore()
    assert np.array is array


def test_a_name_of_the_notebook_is_put_back_to_what_it_is_now(monkeypatch):
    kept.cache_clear()
    kept()
    monkeypatch.setattr(builtins, "only_here", 1, raising=False)
    restore = keeper({"only_here"}, [])
    monkeypatch.setattr(builtins, "only_here", 2)
    restore()
    assert builtins.only_here == 1
    kept.cache_clear()


def test_what_refuses_in_the_place_of_a_forbidden_call_stays_there(array):
    np.array = refusing = object()
    restore = keeper(set(), [("numpy", "array")])
    np.array = array
    restore()
    np.array, left = array, np.array
    assert left is refusing


OURS = ("coursekit.probes", "coursekit.grading.worker", "coursekit.grading.walls")


class Asked:
    """Takes the jobs that workers would get, and does none of them."""

    def __init__(self):
        self.jobs = []

    def run(self, job, torch):
        """Say nothing of a job."""
        self.jobs.append(job)
        return {}


def jobs_of(exercise):
    """Return jobs of one case a task, which forbid nothing."""
    asked, data = Asked(), filled(exercise, worked(exercise))
    handed = Handed("ada", exercise=exercise, data=data)
    grade(handed, installed_course(), asked, Terms("autumn", "1", "process"))
    for job in asked.jobs:
        works = (
            replace(work, cases=dict([*work.cases.items()][:1]), forbidden=())
            for work in job.works
        )
        yield Job(job.beside, tuple(works))


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_module_of_ours_that_runs_in_a_child_is_put_back(exercise, monkeypatch):
    ran, profile = set(), sys.setprofile

    def see(frame, *_):
        ran.add(frame.f_globals.get("__name__", ""))

    for name in warm._probes():
        import_module(name)
    kept.cache_clear()
    put_back = []

    def reached(*arguments):
        put_back.append(find(*arguments))
        return put_back[-1]

    find = kept_module._reached
    monkeypatch.setattr(kept_module, "_reached", reached)
    monkeypatch.setattr(sys, "setprofile", lambda _: None)  # ours stays
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    for job in jobs_of(exercise):
        ran.clear()
        profile(see)
        try:
            child.live(job, child.Visit(), encode, str)
        finally:
            profile(None)
        # what a cell calls of the rest is not there in a worker
        ours = {name for name in ran if name.startswith(OURS)}
        assert "coursekit.probes.run" in ours
        assert ours <= put_back[-1]
    kept.cache_clear()
