"""Every short question: right answers pass, each distractor is told why."""

import re
from pathlib import Path

import numpy as np
import pytest

from coursekit.autograders import all_questions, all_tasks
from coursekit.grading.question import judge_short
from coursekit.grading.verdict import Status

SOURCES = Path(__file__).parents[2] / "solutions" / "sources"
QUESTIONS = list(all_questions().values())
EXERCISES = sorted({task.exercise for task in all_tasks().values()})

each_question = pytest.mark.parametrize(
    "question", QUESTIONS, ids=lambda question: question.name
)


def prompt_and_cell(question):
    """Return the prompt and the answer cell, as the author wrote them."""
    text = (SOURCES / f"{question.exercise}.py").read_text(encoding="utf-8")
    cells = re.split(r"^# %% *", text, flags=re.M)
    at = next(n for n, cell in enumerate(cells) if f'task="{question.name}"' in cell)
    prompt = re.sub(r"\s+", " ", re.sub(r"^# ?", "", cells[at - 1], flags=re.M))
    return prompt, cells[at]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_an_exercise_has_two_or_three_short_questions(exercise):
    names = [q.name for q in QUESTIONS if q.exercise == exercise]
    assert 2 <= len(names) <= 3, names


@each_question
def test_the_right_answer_passes_and_says_why(question):
    verdict = judge_short(question, question.expected)
    assert verdict.status is Status.PASS
    assert len(question.why.split()) >= 5


@each_question
def test_a_distractor_fails_with_a_sentence_of_its_own(question):
    assert question.wrong
    assert len(set(question.wrong.values())) == len(question.wrong)
    for wrong, sentence in question.wrong.items():
        verdict = judge_short(question, wrong)
        assert verdict.status is Status.FAIL, wrong
        assert [found.explanation for found in verdict.mistakes] == [sentence]
        assert sentence.endswith((".", "?")) and len(sentence.split()) >= 5


@each_question
def test_distractors_can_be_told_apart(question):
    answers = [question.expected, *question.wrong]
    for number, one in enumerate(answers):
        assert not any(question.same(one, other) for other in answers[:number])


@each_question
def test_a_number_may_come_from_single_precision(question):
    if isinstance(question.expected, float):
        given = np.float32(question.expected)
        assert judge_short(question, given).status is Status.PASS


@each_question
def test_the_name_begins_with_the_number_of_its_exercise(question):
    assert question.name.startswith(f"{question.exercise[:2]}-")


@each_question
def test_the_prompt_asks_what_the_question_asks(question):
    prompt, cell = prompt_and_cell(question)
    assert " ".join(question.asks.split()) in prompt
    for choice in question.choices:
        assert choice in prompt
    points = f"{question.points} point{'s' * (question.points > 1)}"
    assert f"**{points} · {question.minutes} minutes**" in prompt
    assert f'answer("{question.name}", ' in cell


@each_question
def test_the_hint_does_not_give_the_answer(question):
    assert str(question.expected) not in question.hint
