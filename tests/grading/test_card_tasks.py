"""The cards of the course's own tasks say what the judge found."""

import pytest

from coursekit.autograders import all_tasks
from coursekit.grading.card import card_html, card_text
from coursekit.grading.cases import cases_for, seed_for
from coursekit.grading.judge import judge
from coursekit.study.feedback import check

TASKS = list(all_tasks().values())
MISTAKES = [(task, mistake) for task in TASKS for mistake in task.mistakes]


def named(task, answer):
    def call(*arguments, **options):
        return answer(*arguments, **options)

    call.__name__ = task.name
    return call


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_the_reference_gets_all_points_and_no_number_that_varies(task):
    lines = str(check(named(task, task.reference))).splitlines()
    assert lines[0] == f"{task.name}: {task.points} of {task.points} points, pass"


@pytest.mark.parametrize(
    ("task", "mistake"), MISTAKES, ids=[f"{t.name}: {m.name}" for t, m in MISTAKES]
)
def test_the_card_names_the_mistake_on_its_second_line(task, mistake):
    assert f"Recognised: {mistake.name}" in card_text(verdict_on(task, mistake))


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_the_drawn_card_says_in_a_word_how_it_ended(task):
    drawn = card_html(verdict_on(task, task.mistakes[0]))
    assert "not yet" in drawn or "error" in drawn


def verdict_on(task, mistake):
    cases = cases_for(task, seed_for(task.name))
    return judge(task, cases, {name: cases.mistaken(mistake, name) for name in cases})
