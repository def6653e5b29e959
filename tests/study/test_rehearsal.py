"""A rehearsal says what check says, and leaves no trace."""

import pytest

from coursekit.study import rehearsal
from coursekit.study.feedback import check
from coursekit.study.rehearsal import rehearse
from coursekit.study.store import store


@pytest.fixture(autouse=True)
def same_tasks(monkeypatch, tasks):
    monkeypatch.setattr(rehearsal, "all_tasks", lambda: tasks)


def test_it_says_what_check_says(right, named):
    wrong = named(lambda x: x**2)
    assert str(rehearse(wrong)) == str(check(wrong))
    assert str(rehearse(right)) == str(check(right))


def test_it_records_no_attempt(right):
    before = store().standing("double").attempts
    rehearse(right)
    assert store().standing("double").attempts == before
    check(right)
    assert store().standing("double").attempts == before + 1


def test_what_is_no_answer_is_told_so():
    assert str(rehearse(3)).startswith("check needs a function")
