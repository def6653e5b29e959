"""Every named mistake fails under its own name and no other, and is explained."""

import re

import pytest
from plain_words import JARGON
from seeds import seeds_of

from coursekit.autograders import all_tasks
from coursekit.grading.cases import cases_for
from coursekit.grading.judge import judge

TASKS = list(all_tasks().values())
MISTAKES = [(task, mistake) for task in TASKS for mistake in task.mistakes]

each_task = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
#: By module: what is asked of a mistake is asked in a row, and its runs remembered.
each_mistake = pytest.mark.parametrize(
    ("task", "mistake"),
    MISTAKES,
    ids=[f"{task.name}: {mistake.name}" for task, mistake in MISTAKES],
    scope="module",
)


def verdict_on(task, mistake, seed):
    """Judge what a mistake gives as if a learner had written it; it runs once."""
    cases = cases_for(task, seed)
    return judge(task, cases, {name: cases.mistaken(mistake, name) for name in cases})


@each_mistake
def test_a_mistake_fails_under_its_own_name_and_no_other(task, mistake):
    for seed in seeds_of(task):
        verdict = verdict_on(task, mistake, seed)
        assert verdict.score < verdict.out_of
        assert [found.name for found in verdict.mistakes] == [mistake.name], seed


@each_mistake
def test_a_mistake_is_explained_in_a_few_plain_sentences(task, mistake):
    verdict = verdict_on(task, mistake, seed=1)
    said = [mistake.explanation, *(found.evidence for found in verdict.mistakes)]
    said += [end.message for end in verdict.criteria]
    assert 2 <= len(re.findall(r"[.?!]\)?(?= |$)", mistake.explanation)) <= 4
    for text in said:
        assert not JARGON.search(text), text


@each_task
def test_names_of_mistakes_differ(task):
    names = [mistake.name for mistake in task.mistakes]
    assert len(set(names)) == len(names)
