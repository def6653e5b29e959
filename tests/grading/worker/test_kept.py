"""What learner code patches is put back to what it was when it was looked at last."""

import builtins
import sys
from dataclasses import replace
from importlib import import_module
from types import ModuleType

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
from coursekit.grading.worker.kept import NUMBERED, changes_of, keeper, kept


@pytest.fixture
def array(monkeypatch):
    """Return ``np.array``, which our own code mentions; all is as it was afterwards."""
    kept.cache_clear()
    assert "array" in kept()["numpy"].part
    monkeypatch.setattr(np, "array", np.array)
    yield np.array
    kept.cache_clear()


def test_what_our_code_relies_on_is_put_back(array):
    restore = keeper(set(), []).restore
    np.array = None
    restore()
    assert np.array is array


def test_a_name_of_the_notebook_is_put_back(monkeypatch):
    monkeypatch.setattr(builtins, "only_here", 1, raising=False)
    kept.cache_clear()
    kept()
    restore = keeper({"only_here"}, []).restore
    monkeypatch.setattr(builtins, "only_here", 2)
    restore()
    assert builtins.only_here == 1
    kept.cache_clear()


def test_what_refuses_in_the_place_of_a_forbidden_call_stays_there(array):
    np.array = refusing = object()
    restore = keeper(set(), [("numpy", "array")]).restore
    np.array = array
    restore()
    np.array, left = array, np.array
    assert left is refusing


def test_modules_that_were_thrown_out_come_back_with_the_main_that_was_accepted(
    monkeypatch,
):
    kept.cache_clear()
    before, present = kept()[""].before, dict(sys.modules)
    found = keeper(set(), [])
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    main = sys.modules["__main__"]
    found.accept()
    sys.modules.clear()
    found.restore()
    back = dict(sys.modules)
    sys.modules.update(present)
    assert back == before | {"__main__": main}
    kept.cache_clear()


@pytest.mark.skipif(not NUMBERED, reason="this Python does not number changes")
def test_every_change_of_a_dict_is_seen_and_nothing_else():
    names = {"a": 1}
    changes = changes_of(names)
    for change in (
        lambda: names.update(a=2),
        lambda: names.update(b=2),
        lambda: names.pop("b"),
        lambda: exec("global a; a = 3", names),
        names.clear,
    ):
        before = changes.value
        assert changes.value == before
        change()
        assert changes.value != before


def test_where_changes_are_not_numbered_all_is_put_back(array, monkeypatch):
    monkeypatch.setattr(kept_module, "NUMBERED", False)
    kept.cache_clear()
    restore = keeper(set(), []).restore
    np.array = None
    restore()
    assert np.array is array


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
        assert ours <= kept().keys()
    kept.cache_clear()
