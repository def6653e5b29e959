"""Exercise 03: forms that are understood; wrong answers are placed and counted."""

import copy
import subprocess
import sys

import numpy as np
import pytest
from right_answers.branch_ratio import under_no_grad
from right_answers.gradient_by_path_length import (
    all_rows_at_once,
    by_combinations,
    grows_by_a_row,
)
from right_answers.lesion import delete_in_a_copy, kept_in_a_list

from coursekit.autograders import all_tasks
from coursekit.grading.attempt import judge_answer
from coursekit.grading.cases import cases_for
from coursekit.grading.reasons import Reason
from coursekit.grading.verdict import Status

torch = pytest.importorskip("torch")
nn = torch.nn

PATHS = all_tasks()["gradient_by_path_length"]
RATIO = all_tasks()["branch_ratio"]
LESION = all_tasks()["lesion"]
SEEDS = range(20)


def names_of(verdict):
    return [found.name for found in verdict.mistakes]


def failed(verdict):
    return [
        number
        for number, end in enumerate(verdict.criteria, start=1)
        if end.status is not Status.PASS
    ]


def verdict_on(task, mistake, seed=0):
    """Judge a mistake; its source uses the course's own reference."""
    return judge_answer(task, mistake.answer, seed, look_at_source=False)


def mistake_called(task, name):
    return next(mistake for mistake in task.mistakes if mistake.name == name)


class Small(nn.Module):
    """A block with fixed outputs, as in the prompts' examples."""

    def __init__(self, branch, skip):
        super().__init__()
        self.branch, self.shortcut = (nn.Identity(), nn.Identity())
        self.branch.forward = lambda x: torch.tensor(branch)
        self.shortcut.forward = lambda x: torch.tensor(skip)


class Named(nn.Module):
    """A model whose blocks are known by a letter each."""

    def __init__(self, letters):
        super().__init__()
        self.stem, self.head = nn.Identity(), nn.Identity()
        self.blocks = nn.ModuleList(nn.Identity() for _ in letters)
        for block, letter in zip(self.blocks, letters, strict=True):
            block.letter = letter

    def letters(self):
        """Return the letters of the blocks in their order."""
        return "".join(block.letter for block in self.blocks)


def test_the_worked_examples_of_the_first_prompt_hold():
    for answer in (all_rows_at_once, by_combinations):
        terms = answer([np.array([[2.0]]), np.array([[3.0]])], np.array([1.0]))
        assert terms.tolist() == [[1.0], [5.0], [6.0]]
        J1 = np.array([[0.0, 1.0], [0.0, 0.0]])
        J2 = np.array([[1.0, 0.0], [0.0, 0.0]])
        terms = answer([J1, J2], np.array([1.0, 1.0]))
        assert terms.tolist() == [[1.0, 1.0], [1.0, 1.0], [0.0, 1.0]]


def test_the_worked_examples_of_the_torch_prompts_hold():
    block = Small([[3.0, 0.0], [0.0, 4.0]], [[0.0, 6.0], [8.0, 0.0]])
    assert under_no_grad(block, torch.zeros(2, 2)) == 0.5
    model = Named("ABC")
    assert delete_in_a_copy(model, 1).letters() == "AC"
    assert delete_in_a_copy(model, -1).letters() == "AB"
    assert model.letters() == "ABC"


def test_the_second_example_tells_the_two_orders_and_the_transpose_apart():
    J1 = np.array([[0.0, 1.0], [0.0, 0.0]])
    J2 = np.array([[1.0, 0.0], [0.0, 0.0]])
    g = np.array([1.0, 1.0])
    results = [
        all_rows_at_once(jacobians, g).tolist()
        for jacobians in ([J1, J2], [J2, J1], [J1.T, J2.T], [J2.T, J1.T])
    ]
    assert results.count(results[0]) == 1


def test_rows_in_a_list_pass_with_a_remark():
    verdict = judge_answer(PATHS, grows_by_a_row)
    assert verdict.status is Status.PASS
    assert "Your rows came as a list." in verdict.notes[0]


def test_a_list_that_still_holds_a_number_is_told_where():
    def answer(jacobians, g):
        return [*grows_by_a_row(jacobians, g)[:-1], 0]

    end = judge_answer(PATHS, answer).criteria[0]
    assert "entry 5 is of type int" in end.message


def test_rows_of_two_shapes_are_told_which():
    def answer(jacobians, g):
        return [*grows_by_a_row(jacobians, g)[:-1], g[:2]]

    end = judge_answer(PATHS, answer).criteria[0]
    assert "entries 0 and 5 have shapes (4,) and (2,)" in end.message


@pytest.mark.parametrize(
    ("change", "law"),
    [
        (lambda terms: terms * [1.5], "Row 0, the path of skips alone, should be g"),
        (
            lambda terms: np.vstack([terms[:1], 1.5 * terms[1:]]),
            "should add up to (I + J1.T) (I + J2.T) ... g",
        ),
    ],
)
def test_an_unknown_sorting_gets_a_law_and_a_place(change, law):
    def answer(jacobians, g):
        return change(all_rows_at_once(jacobians, g))

    for seed in SEEDS:
        verdict = judge_answer(PATHS, answer, seed)
        assert not verdict.mistakes
        assert law in verdict.criteria[1].message
        assert "differs at" in verdict.criteria[1].message


def test_rows_exchanged_between_the_ends_break_the_law_of_the_last_row():
    def answer(jacobians, g):
        terms = all_rows_at_once(jacobians, g)
        if len(terms) > 2:
            terms[1:] = np.roll(terms[1:], 1, axis=0)
        return terms

    for seed in SEEDS:
        verdict = judge_answer(PATHS, answer, seed)
        assert not verdict.mistakes
        assert "The last row, the path of branches alone" in verdict.criteria[1].message


@pytest.mark.parametrize(
    "spoil",
    [
        lambda jacobians: jacobians.reverse(),
        lambda jacobians: jacobians.clear(),
        lambda jacobians: jacobians.append(jacobians[0]) if jacobians else None,
        lambda jacobians: [J.__iadd__(np.eye(len(J))) for J in jacobians],
    ],
    ids=["reverse", "clear", "append", "+="],
)
def test_a_changed_list_is_named_however_it_is_changed(spoil):
    def answer(jacobians, g):
        terms = all_rows_at_once(jacobians, g)
        spoil(jacobians)
        return terms

    for seed in SEEDS:
        verdict = judge_answer(PATHS, answer, seed)
        assert names_of(verdict) == ["the list of Jacobians changed"]
        assert failed(verdict) == [6]
        assert verdict.criteria[-1].reason is Reason.MUTATED_INPUT


def test_g_updated_as_row_0_is_named():
    def answer(jacobians, g):
        terms = all_rows_at_once(jacobians, g)
        g *= 2
        return terms

    verdict = judge_answer(PATHS, answer)
    assert names_of(verdict) == ["g changed in place"]


def test_two_independent_mistakes_of_the_sorting_are_both_named():
    def answer(jacobians, g):
        terms = all_rows_at_once(jacobians[::-1], g)
        jacobians.reverse()
        return terms

    verdict = judge_answer(PATHS, answer)
    assert names_of(verdict) == ["from the first block to the last"]
    assert 6 in failed(verdict)


def test_the_forward_order_is_right_where_the_order_does_not_matter():
    mistake = mistake_called(PATHS, "from the first block to the last")
    for seed in SEEDS:
        assert failed(verdict_on(PATHS, mistake, seed)) == [2, 3, 5]


def test_the_number_of_rows_is_the_evidence():
    mistake = mistake_called(PATHS, "no room for the longest path")
    (found,) = verdict_on(PATHS, mistake).mistakes
    assert found.evidence == "for L = 1 there are 2 lengths, from 0 to 1; got 1"


def test_one_row_too_few_is_named_whatever_else_was_done_with_it():
    def answer(jacobians, g):
        terms = np.zeros((len(jacobians), len(g)))
        terms[0] = g
        for J in reversed(jacobians):
            terms[1:] += terms[:-1] @ J
        return terms

    for seed in SEEDS:
        verdict = judge_answer(PATHS, answer, seed)
        assert names_of(verdict) == ["no room for the longest path"]


def test_the_course_reference_itself_is_no_answer():
    verdict = judge_answer(PATHS, PATHS.reference)
    assert verdict.criteria[0].reason is Reason.FORBIDDEN_API


def test_the_first_task_needs_no_torch():
    code = (
        "import sys; sys.modules['torch'] = None;"
        "from coursekit.autograders.residual_networks_at_work.paths import "
        "GRADIENT_BY_PATH_LENGTH as task;"
        "from coursekit.grading.attempt import judge_answer;"
        "print(judge_answer(task, task.reference, look_at_source=False).score)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ran.stdout.strip() == "10", ran.stderr


def test_moved_statistics_are_a_remark():
    verdict = judge_answer(RATIO, under_no_grad)
    assert verdict.status is Status.PASS
    assert "running statistics have moved" in verdict.notes[0]


def test_a_ratio_for_each_sample_is_told_its_shape():
    mistake = mistake_called(RATIO, "one ratio for each sample")
    end = judge_answer(RATIO, mistake.answer).criteria[0]
    assert end.reason is Reason.WRONG_SHAPE
    assert "should have shape (); yours is (5,)" in end.message


def test_the_lengths_are_the_evidence():
    mistake = mistake_called(RATIO, "divided by the output, not the skip")
    for seed in SEEDS:
        (found,) = judge_answer(RATIO, mistake.answer, seed).mistakes
        assert found.evidence.startswith("branch, skip and output have lengths ")


def test_a_kept_graph_costs_one_point_and_no_more():
    mistake = mistake_called(RATIO, "the graph kept")
    for seed in SEEDS:
        assert failed(judge_answer(RATIO, mistake.answer, seed)) == [6]


def test_two_independent_mistakes_of_a_ratio_are_both_named():
    def answer(block, x):
        return block.branch(x).norm() / block(x).norm()

    for seed in SEEDS:
        assert names_of(judge_answer(RATIO, answer, seed)) == [
            "divided by the output, not the skip",
            "the graph kept",
        ]


def test_a_mean_of_ratios_in_the_wrong_mode_is_named_for_both():
    def answer(block, x):
        block.eval()
        with torch.no_grad():
            z, skip = block.branch(x), block.shortcut(x)
        return (z.norm(dim=1) / skip.norm(dim=1)).mean()

    for seed in SEEDS:
        found = judge_answer(RATIO, answer, seed).mistakes
        assert [one.name for one in found] == [
            "the mean of the samples' ratios",
            "the block left in evaluation mode",
        ]
        assert found[1].evidence == (
            "the block was in training mode and is in evaluation mode now"
        )


def test_an_unknown_ratio_is_told_expected_and_got():
    def answer(block, x):
        return 1.1 * under_no_grad(block, x)

    for seed in SEEDS:
        verdict = judge_answer(RATIO, answer, seed)
        assert not verdict.mistakes
        assert failed(verdict) == [2, 3, 5]
        assert "expected " in verdict.criteria[1].message


@pytest.mark.parametrize(
    "switch",
    [lambda block: block.train(), lambda block: block.requires_grad_(False).train()],
)
def test_a_block_in_training_mode_is_named(switch):
    def answer(block, x):
        switch(block)
        return under_no_grad(block, x)

    verdict = judge_answer(RATIO, answer)
    assert names_of(verdict) == ["the block put into training mode"]


def test_training_mode_that_is_put_back_is_still_another_ratio():
    def answer(block, x):
        training = block.training
        ratio = under_no_grad(block.train(), x)
        block.train(training)
        return ratio

    for seed in SEEDS:
        verdict = judge_answer(RATIO, answer, seed)
        assert names_of(verdict) == ["the block put into training mode"]


@pytest.mark.parametrize(
    ("returned", "says"),
    [
        (None, "gave None"),
        (lambda x: x, "an object of type function"),
        ([1, 2], "gave a list, the blocks alone"),
        (nn.ModuleList(), "gave a ModuleList, the blocks alone"),
    ],
)
def test_a_lesion_that_gives_no_model_is_told_what_it_gave(returned, says):
    end = judge_answer(LESION, lambda model, i: returned).criteria[0]
    assert end.reason is Reason.WRONG_TYPE
    assert says in end.message


@pytest.mark.parametrize(
    "delete",
    [
        lambda blocks, i: blocks.__delitem__(i),
        lambda blocks, i: blocks.pop(i),
    ],
    ids=["del", "pop"],
)
def test_a_model_that_lost_its_block_is_named_by_how_it_lost_it(delete):
    def in_itself(model, i):
        delete(model.blocks, i)
        return model

    def in_a_shallow_copy(model, i):
        lesioned = copy.copy(model)
        delete(lesioned.blocks, i)
        return lesioned

    def by_a_new_list(model, i):
        lesioned = copy.copy(model)
        lesioned.blocks = kept_in_a_list(model, i).blocks
        return lesioned

    for seed in SEEDS:
        for answer, name in (
            (in_itself, "deleted in the model itself"),
            (in_a_shallow_copy, "a shallow copy"),
            (by_a_new_list, "a shallow copy"),
        ):
            verdict = judge_answer(LESION, answer, seed)
            assert names_of(verdict) == [name]
            assert failed(verdict) == [5]
            assert verdict.criteria[-1].reason is Reason.MUTATED_INPUT


def test_a_deletion_in_place_tells_how_many_blocks_are_left():
    mistake = mistake_called(LESION, "deleted in the model itself")
    (found,) = judge_answer(LESION, mistake.answer).mistakes
    assert found.evidence == (
        "the model you were given had 3 blocks; afterwards it has 2"
    )


def test_a_branch_of_zeros_is_switched_off_as_an_identity_is():
    def answer(model, i):
        lesioned = copy.deepcopy(model)
        for parameter in lesioned.blocks[i].parameters():
            nn.init.zeros_(parameter)
        return lesioned

    for seed in SEEDS:
        verdict = judge_answer(LESION, answer, seed)
        assert names_of(verdict) == ["switched off, not taken out"]


def test_two_independent_mistakes_of_a_lesion_are_both_named():
    def answer(model, i):
        model.eval()
        lesioned = copy.deepcopy(model)
        blocks = [b for j, b in enumerate(lesioned.blocks) if j != i]
        lesioned.blocks = nn.ModuleList(blocks)
        return lesioned

    for seed in SEEDS:
        assert names_of(judge_answer(LESION, answer, seed)) == [
            "a negative i deletes nothing",
            "the given model put into evaluation mode",
        ]


def test_a_plain_list_of_blocks_is_told_to_be_wrapped():
    def answer(model, i):
        lesioned = copy.deepcopy(model)
        lesioned.blocks = [b for j, b in enumerate(lesioned.blocks) if j != i]
        return lesioned

    message = judge_answer(LESION, answer).criteria[0].message
    assert "wrap it, `nn.ModuleList(...)`." in message


def test_the_given_model_returned_whole_is_known():
    verdict = judge_answer(LESION, lambda model, i: model)
    assert names_of(verdict) == ["nothing deleted"]


def test_a_block_whose_branch_gives_0_is_deleted_without_a_trace():
    for seed in SEEDS:
        case = cases_for(LESION, seed)
        seen = case.expected("a block whose branch gives 0").values
        whole = seen["the given model's output afterwards"]
        assert np.array_equal(seen["out"], whole)
        other = case.expected("block 1 of 0 to 2").values
        whole = other["the given model's output afterwards"]
        assert np.abs(other["out"] - whole).max() > 1e-3


@pytest.mark.parametrize("task", [PATHS, RATIO, LESION], ids=lambda task: task.name)
@pytest.mark.parametrize("returned", [None, "text", {}, object(), (object(),) * 3])
def test_a_result_of_any_kind_gets_a_verdict(task, returned):
    verdict = judge_answer(task, lambda first, second: returned)
    assert verdict.score < verdict.out_of


def test_a_check_leaves_torch_as_it_was():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    with torch.no_grad():
        for task in (RATIO, LESION):
            assert judge_answer(task, task.reference, look_at_source=False).score
        assert not torch.is_grad_enabled()
    assert torch.equal(torch.get_rng_state(), before)


def test_the_experiments_of_the_lesson_are_no_answer():
    def answer(model, i):
        from coursekit.experiments.lesions import rearranged

        order = [j for j in range(len(model.blocks)) if j != i]
        return rearranged(model, order)

    end = judge_answer(LESION, answer).criteria[0]
    assert end.reason is Reason.FORBIDDEN_API
