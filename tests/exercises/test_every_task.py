"""Every task accepts right answers in any style, and speaks plainly."""

import re
from pathlib import Path

import numpy as np
import pytest
from plain_words import JARGON
from right_answers import answers_to
from seeds import seeds_of

from coursekit.autograders import all_tasks
from coursekit.grading.attempt import judge_answer, uses_of
from coursekit.grading.cases import cases_for
from coursekit.grading.judge import judge
from coursekit.grading.reasons import Reason
from coursekit.grading.verdict import Status
from coursekit.probes.run import observe_all

SOURCES = Path(__file__).parents[2] / "solutions" / "sources"
TASKS = list(all_tasks().values())
ANSWERS = {
    f"{task.name}: {style}": (task, answer)
    for task in TASKS
    for style, answer in answers_to(task.name).items()
}

#: By module: what is asked of a task is asked in a row, while its cases are remembered.
each_task = pytest.mark.parametrize(
    "task", TASKS, ids=lambda task: task.name, scope="module"
)


def verdict_on(task, answer, seed):
    """Judge what an answer does; its source is the same for every seed."""
    return judge_answer(task, answer, seed, look_at_source=False)


def prompt_and_answer(task):
    """Return the prompt and the answer cell of a task, as the author wrote them."""
    cells = re.split(
        r"^# %% *", (SOURCES / f"{task.exercise}.py").read_text("utf-8"), flags=re.M
    )
    at = next(n for n, cell in enumerate(cells) if f'task="{task.name}"' in cell)
    return cells[at - 1], cells[at]


def imports_of(task):
    """Return the cell of imports of a task's exercise."""
    text = (SOURCES / f"{task.exercise}.py").read_text("utf-8")
    return re.search(r"^# %% imports\n(.*?)^# %%", text, re.M | re.S)[1]


def answer_lines(task):
    region = prompt_and_answer(task)[1].split("# BEGIN ANSWER")[1]
    return [line.strip() for line in region.split("# END ANSWER")[0].splitlines()]


@each_task
def test_the_reference_gets_full_marks(task):
    for seed in seeds_of(task):
        verdict = verdict_on(task, task.reference, seed)
        assert verdict.status is Status.PASS, verdict
        assert verdict.score == verdict.out_of == task.points
        assert not verdict.mistakes


@pytest.mark.parametrize(
    ("task", "answer"), ANSWERS.values(), ids=ANSWERS, scope="module"
)
def test_a_right_answer_gets_full_marks_in_any_style(task, answer):
    assert not uses_of(answer, task)
    for seed in seeds_of(task):
        verdict = verdict_on(task, answer, seed)
        assert verdict.score == verdict.out_of, verdict


@each_task
def test_a_task_is_tried_with_at_least_two_styles_of_right_answers(task):
    assert len(answers_to(task.name)) >= 2


@each_task
def test_a_stub_is_todo_everywhere(task):
    def stub(*arguments, **options):
        raise NotImplementedError("Your code here.")

    verdict = verdict_on(task, stub, seed=1)
    assert {end.status for end in verdict.criteria} == {Status.TODO}
    assert {end.reason for end in verdict.criteria} == {Reason.NOT_ATTEMPTED}


@each_task
@pytest.mark.parametrize(
    "returned",
    [None, "text", [[1.0]], {}, object(), (object(), (object(),) * 3), (object(),) * 3],
    ids=["None", "text", "list", "dict", "object", "pair", "triple"],
)
def test_a_result_of_any_kind_gets_a_verdict(task, returned):
    verdict = verdict_on(task, lambda *arguments, **options: returned, seed=1)
    assert verdict.status in (Status.FAIL, Status.ERROR)
    assert verdict.score < verdict.out_of


@each_task
def test_a_task_has_three_to_six_criteria_in_whole_sentences(task):
    assert 3 <= len(task.criteria) <= 6
    assert task.points == sum(criterion.points for criterion in task.criteria) > 0
    for criterion in task.criteria:
        assert criterion.points >= 1
        assert criterion.sentence[0].isupper() or criterion.sentence[0] == "`"
        assert criterion.sentence.endswith(".")
        assert not JARGON.search(f"{criterion.sentence} {criterion.advice}")


@each_task
def test_form_is_judged_before_values(task):
    assert task.criteria[0].form_only


@each_task
def test_criteria_name_cases_and_values_that_exist(task):
    cases = cases_for(task, 1)
    for criterion in task.criteria:
        for case in criterion.cases:
            assert set(criterion.values) <= set(cases.expected(case).values)


@each_task
def test_cases_hold_plain_data_that_can_cross_to_another_process(task):
    for case in cases_for(task, 1).values():
        for value in case.inputs.values():
            assert type(value) in (np.ndarray, float, int, bool, str)
            assert not isinstance(value, np.ndarray) or value.dtype.kind != "O"


@each_task
def test_cases_depend_on_the_seed_and_on_nothing_else(task):
    def numbers(seed):
        cases = task.draw(np.random.default_rng(seed))
        arrays = [
            value.ravel().tolist()
            for case in cases.values()
            for value in case.inputs.values()
            if isinstance(value, np.ndarray)
        ]
        return arrays

    assert numbers(5) == numbers(5)
    assert numbers(5) != numbers(6)


@each_task
def test_answers_leave_the_cases_unchanged(task):
    def spoil(*arguments, **options):
        for argument in arguments:
            if isinstance(argument, np.ndarray):
                argument[...] = 0
        raise RuntimeError

    cases = cases_for(task, 3)
    observe_all(task.probe, spoil, cases.inputs)
    verdict = judge(task, cases, observe_all(task.probe, task.reference, cases.inputs))
    assert verdict.status is Status.PASS


@each_task
def test_hints_come_in_three_stages_and_give_nothing_away(task):
    assert len(task.hints) == 3
    assert "?" in task.hints[0]
    assert "..." in task.hints[2]
    hints = re.sub(r"\s+", " ", " ".join(task.hints))
    for line in answer_lines(task):
        if re.search(r"\w{2,}.*[=(]|return", line):
            assert re.sub(r"\s+", " ", line) not in hints, line


@each_task
def test_the_answer_has_at_most_fifteen_lines(task):
    assert 1 <= len([line for line in answer_lines(task) if line]) <= 15


@each_task
def test_the_worked_answer_gets_full_marks(task):
    namespace = {"__name__": "__main__"}
    for source in (imports_of(task), prompt_and_answer(task)[1].partition("\n")[2]):
        exec(source, namespace)
    assert not uses_of(namespace[task.name], task)
    for seed in seeds_of(task):
        verdict = verdict_on(task, namespace[task.name], seed)
        assert verdict.score == verdict.out_of, verdict
        assert not verdict.notes


@each_task
def test_the_prompt_says_what_the_task_says(task):
    prompt, answer = prompt_and_answer(task)
    assert (
        f"**{task.points} points · {task.minutes} minutes · difficulty "
        f"{task.difficulty}/5 · importance {task.importance}/5**"
    ) in prompt
    assert f"`{task.signature}`" in prompt
    arguments = task.signature.partition("(")[2]
    if task.name[0].isupper():
        assert f"class {task.name}(" in answer
        assert f"def __init__(self, {arguments}:" in answer
    else:
        assert f"def {task.name}({arguments}:" in answer
    order = [prompt.index(word) for word in ("**Why.**", "**Write**", "**Example.**")]
    assert order == sorted(order) and order[-1] < prompt.index("`check` looks at")


@each_task
def test_the_prompt_shows_messages_that_can_come(task):
    prompt = re.sub(r"\n# ?", " ", prompt_and_answer(task)[0])
    shown = re.findall(r"- \*([^*]+)\*:", prompt)
    assert len(shown) == 2
    assert {" ".join(name.split()) for name in shown} <= {m.name for m in task.mistakes}
