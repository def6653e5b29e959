"""Exercise 04: forms that are understood; wrong answers are placed and counted."""

import ast
import copy
import math
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from right_answers.init_residual import by_nn_init
from right_answers.ReZeroBlock import LinesTakenOut
from right_answers.variance_after import block_by_block, by_a_table
from torch import nn

from coursekit import nets
from coursekit.autograders import all_tasks
from coursekit.grading.attempt import judge_answer
from coursekit.grading.cases import cases_for
from coursekit.grading.reasons import Reason
from coursekit.grading.verdict import Status
from coursekit.probes import residual_net

SOURCE = (
    Path(__file__).parents[2] / "solutions/sources/04_initialization_and_scaling.py"
)
VARIANCE = all_tasks()["variance_after"]
START = all_tasks()["init_residual"]
BLOCK = all_tasks()["ReZeroBlock"]
SEEDS = range(20)


def names(task, answer, seed=1):
    return {found.name for found in judge_answer(task, answer, seed).mistakes}


def in_kind(kind, formula):
    """Return an answer that is right but for one kind, depth 0 included."""
    return lambda depth, asked: (
        formula(depth) if asked == kind else by_a_table(depth, asked)
    )


# variance_after


@pytest.mark.parametrize(
    "form",
    [np.float64, np.float32, lambda v: np.asarray(float(v)), torch.tensor],
    ids=["float64", "float32", "no axes", "tensor"],
)
def test_one_number_is_understood_in_any_form(form):
    verdict = judge_answer(VARIANCE, lambda depth, kind: form(by_a_table(2, kind)))
    assert verdict.criteria[0].status is Status.PASS


def test_whole_numbers_beyond_64_bits_are_numbers():
    assert judge_answer(VARIANCE, block_by_block).status is Status.PASS


@pytest.mark.parametrize(
    ("returned", "says"),
    [
        (None, 'variance_after(1, "plain-he") gave None. A function gives None where'),
        ("2", "gave an object of type str; the card asks for one number"),
        (np.ones(3), "gave an array of shape (3,); the card asks for one number"),
        (True, "gave an object of type bool"),
    ],
)
def test_something_else_than_a_number_is_described(returned, says):
    first = judge_answer(VARIANCE, lambda depth, kind: returned).criteria[0]
    assert first.reason is Reason.WRONG_TYPE
    assert says in first.message


def test_a_kind_without_a_return_is_named():
    def answer(depth, kind):
        if kind != "pre-norm":
            return by_a_table(depth, kind)

    first = judge_answer(VARIANCE, answer).criteria[0]
    assert 'variance_after(1, "pre-norm") gave None' in first.message


@pytest.mark.parametrize(
    ("kind", "formula", "name"),
    [
        ("residual", lambda n: 2 * n, "2 times l for 2 to the l"),
        ("residual", lambda n: n**2, "base and exponent exchanged"),
        ("residual", lambda n: 2 ^ n, "`^` for a power"),
        ("residual", lambda n: np.power(2, n), "whole numbers that overflow"),
        ("residual", lambda n: np.int64(2) ** n, "whole numbers that overflow"),
        ("pre-norm", lambda n: n, "the input not counted"),
        (
            "scaled",
            lambda n: (1 + 1 / math.sqrt(max(n, 1))) ** n,
            "the branch's factor not squared",
        ),
        ("scaled", lambda n: math.e, "the limit for every depth"),
        ("scaled", lambda n: (1 + 1 / n) ** n, "a division by no blocks"),
        ("zero-init", lambda n: 0, "a zero branch taken for a zero output"),
    ],
)
def test_a_formula_as_people_write_it_is_named(kind, formula, name):
    for seed in SEEDS:
        assert names(VARIANCE, in_kind(kind, formula), seed) == {name}


def test_two_wrong_formulas_are_both_named():
    def answer(depth, kind):
        wrong = {"residual": 2.0 * depth, "scaled": 1 + 1 / max(depth, 1)}
        return wrong.get(kind) or by_a_table(depth, kind)

    assert {"2 times l for 2 to the l", "one block in place of all"} <= names(
        VARIANCE, answer
    )


def test_an_unknown_formula_gets_a_law_and_two_places():
    for seed in SEEDS:
        verdict = judge_answer(
            VARIANCE, in_kind("residual", lambda n: 3.0**n if n else 1), seed
        )
        message = verdict.criteria[2].message
        assert not verdict.mistakes
        assert "first at [1], expected 2, got 3; most at [" in message
        assert "The variance after one block: expected 2, got 3." in message


def test_the_second_block_is_looked_at_where_the_first_is_right():
    formula = [1, 2, 3.5, *range(4, 1000)].__getitem__
    message = judge_answer(VARIANCE, in_kind("residual", formula)).criteria[2].message
    assert "The factor of the second block: expected 2, got 1.75." in message


# init_residual


def test_the_net_of_the_notebook_is_the_net_of_the_checks():
    cell = re.search(r"^# %% small-net\n(.*?)^# %%", SOURCE.read_text(), re.M | re.S)
    shown = ast.parse(cell[1]).body
    ours = ast.parse(Path(residual_net.__file__).read_text(encoding="utf-8")).body[-2:]
    for node in (walked for part in ours for walked in ast.walk(part)):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
    assert [ast.unparse(node) for node in shown] == [ast.unparse(n) for n in ours]


@pytest.mark.parametrize("scheme", ["zero-last", "rezero", "scaled"])
def test_the_schemes_are_those_of_the_course(scheme):
    """Give a net of the course the same weights and the same start."""
    L, d = 4, 8
    ours = residual_net.ResidualNet(d, L)
    scale = L**-0.5 if scheme == "scaled" else 1.0
    theirs = [nets.ResidualBlock(d, d, mode="pre", scale=scale) for _ in range(L)]
    for block, other in zip(ours.blocks, theirs, strict=True):
        for name in ("linear1", "linear2"):
            layer = dict(other.branch.named_children())[name]
            layer.load_state_dict(getattr(block, name).state_dict())
        if scheme != "scaled":
            {"rezero": nets.schemes.rezero, "zero-last": nets.schemes.zero_last}[
                scheme
            ](other)
    START.reference(ours, scheme)
    a = torch.randn(5, d, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(ours(a), nn.Sequential(*theirs)(a))


def test_the_answer_may_return_what_it_likes():
    def answer(model, scheme):
        by_nn_init(model, scheme)
        return model if scheme == "rezero" else "done"

    assert judge_answer(START, answer).status is Status.PASS


def test_a_changed_copy_is_no_change():
    def answer(model, scheme):
        model = copy.deepcopy(model)
        by_nn_init(model, scheme)
        return model

    for seed in SEEDS:
        assert names(START, answer, seed) == {"nothing in the net changed"}


@pytest.mark.parametrize("number", [1e-6, 0.1, 0.5, 2.0])
def test_alpha_off_zero_is_named_in_a_net_too(number):
    def answer(model, scheme):
        by_nn_init(model, scheme)
        if scheme == "rezero":
            for block in model.blocks:
                nn.init.constant_(block.alpha, number)

    for seed in SEEDS:
        assert names(START, answer, seed) == {"alpha off zero"}


@pytest.mark.parametrize(
    ("scheme", "name"),
    [
        ("zero-last", "the last layer off zero"),
        ("rezero", "alpha off zero"),
        ("scaled", "the branches not scaled"),
    ],
)
def test_a_misspelled_scheme_is_named(scheme, name):
    def answer(model, asked):
        if asked != scheme:
            by_nn_init(model, asked)

    assert names(START, answer) == {name}


@pytest.mark.parametrize("number", [1e-6, 1e-3])
def test_a_last_layer_near_zero_is_named(number):
    def answer(model, scheme):
        by_nn_init(model, scheme)
        if scheme == "zero-last":
            for block in model.blocks:
                nn.init.normal_(block.linear2.weight, std=number)

    for seed in SEEDS:
        assert names(START, answer, seed) == {"the last layer off zero"}


def test_an_unknown_factor_is_told_by_the_variance():
    def answer(model, scheme):
        by_nn_init(model, scheme)
        if scheme == "scaled":
            for block in model.blocks:
                nn.init.constant_(block.alpha, 0.9)

    for seed in SEEDS:
        verdict = judge_answer(START, answer, seed)
        assert not verdict.mistakes
        assert "The variance of the output over that of the input: expected" in (
            verdict.criteria[3].message
        )


def test_the_blocks_that_were_left_out_are_counted():
    def answer(model, scheme):
        by_nn_init(model, scheme)
        if scheme == "rezero":
            nn.init.ones_(model.blocks[0].alpha)

    message = judge_answer(START, answer).criteria[4].message
    expected = r"expected alpha to 0, got alpha to 0 \(\d of \d blocks\)"
    assert re.search(expected, message)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda block: block.alpha.zero_(), "inside `with torch.no_grad():`"),
        (lambda block: setattr(block, "alpha", 0.0), "`alpha` is a parameter and no"),
    ],
)
def test_what_torch_refuses_is_explained(change, says):
    def answer(model, scheme):
        for block in model.blocks:
            change(block)

    first = judge_answer(START, answer).criteria[0]
    assert first.reason is Reason.RAISED
    assert says in first.message and "in line 3" in first.message


def test_alpha_of_another_shape_is_said_exactly():
    def answer(model, scheme):
        by_nn_init(model, scheme)
        for block in model.blocks:
            block.alpha = nn.Parameter(block.alpha.detach().reshape(1))

    first = judge_answer(START, answer).criteria[0]
    assert "`blocks.0.alpha` has shape (1,); it had ()" in first.message


def test_alpha_of_double_precision_is_said_exactly():
    def answer(model, scheme):
        by_nn_init(model, scheme)
        for block in model.blocks:
            block.alpha.data = block.alpha.data.double()

    first = judge_answer(START, answer).criteria[0]
    assert first.reason is Reason.WRONG_DTYPE
    assert "`alpha` should be float32; yours is float64" in first.message


def test_a_parameter_taken_away_is_named():
    def answer(model, scheme):
        for block in model.blocks:
            del block.alpha
            block.alpha = 0.0

    first = judge_answer(START, answer).criteria[0]
    assert "no parameter `blocks.0.alpha` any more" in first.message


@pytest.mark.parametrize("draw", [torch.rand, np.random.rand])
def test_a_random_number_more_is_noticed_and_taken_back(draw):
    def answer(model, scheme):
        by_nn_init(model, scheme)
        draw(3)

    before = torch.get_rng_state(), np.random.get_state()  # noqa: NPY002
    verdict = judge_answer(START, answer)
    assert {found.name for found in verdict.mistakes} == {"random numbers drawn"}
    assert verdict.criteria[5].reason is Reason.NON_DETERMINISTIC
    assert verdict.score == START.points - 1
    after = torch.get_rng_state(), np.random.get_state()  # noqa: NPY002
    assert torch.equal(before[0], after[0])
    assert np.array_equal(before[1][1], after[1][1]) and before[1][2] == after[1][2]


def test_an_initialization_of_everything_after_the_scheme_is_named_beside_its_effect():
    def answer(model, scheme):
        by_nn_init(model, scheme)
        for block in model.blocks:
            nn.init.kaiming_normal_(block.linear1.weight)
            nn.init.kaiming_normal_(block.linear2.weight)

    for seed in SEEDS:
        assert names(START, answer, seed) == {
            "random numbers drawn",
            "the last layer off zero",
        }


def test_a_seed_set_inside_is_noticed():
    def answer(model, scheme):
        torch.manual_seed(7)
        by_nn_init(model, scheme)

    assert names(START, answer) == {"random numbers drawn"}


def test_two_zeros_in_both_schemes_are_both_named():
    def answer(model, scheme):
        by_nn_init(model, scheme)
        if scheme != "scaled":
            by_nn_init(model, "rezero")
            by_nn_init(model, "zero-last")

    for seed in SEEDS:
        assert names(START, answer, seed) == {
            "two zeros in ReZero's branch",
            "alpha at zero beside the last layer",
        }


def test_gradients_off_at_the_end_do_not_stop_the_check():
    def answer(model, scheme):
        torch.set_grad_enabled(False)
        by_nn_init(model, scheme)

    assert judge_answer(START, answer).status is Status.PASS
    assert torch.is_grad_enabled()


def test_the_variance_of_a_scaled_net_stays_bounded():
    for seed in SEEDS:
        cases = cases_for(START, seed)
        for case in ("scaled", "scaled, more blocks"):
            out = cases.expected(case).values["the output"]
            assert out.var() / cases[case].inputs["a"].var() < 8  # one net scatters


# ReZeroBlock


def broken_block():
    """Return the class that the prompt shows."""
    prompt = SOURCE.read_text(encoding="utf-8").split("# ```python\n")[1]
    shown = re.sub(r"^# ?", "", prompt.split("# ```")[0], flags=re.M)
    namespace = {"nn": nn, "torch": torch}
    exec(shown, namespace)
    return namespace["ReZeroBlock"]


def test_the_block_in_the_prompt_is_broken_in_the_way_it_says():
    for seed in SEEDS:
        assert names(BLOCK, broken_block(), seed) == {"two zeros in one branch"}


@pytest.mark.parametrize("number", [1e-3, 0.5, 1.0])
@pytest.mark.parametrize("last_at_zero", [True, False])
def test_alpha_off_zero_is_named_whatever_its_number(number, last_at_zero):
    class Answer(broken_block() if last_at_zero else LinesTakenOut):
        def __init__(self, d):
            super().__init__(d)
            nn.init.constant_(self.alpha, number)

    name = "alpha off zero" + " in place of the last layer" * last_at_zero
    for seed in SEEDS:
        assert names(BLOCK, Answer, seed) == {name}


def test_biases_at_zero_are_an_ordinary_start():
    class Answer(LinesTakenOut):
        def __init__(self, d):
            super().__init__(d)
            nn.init.zeros_(self.linear2.bias)

    for seed in SEEDS:
        assert judge_answer(BLOCK, Answer, seed).status is Status.PASS


def test_a_buffer_is_no_parameter():
    class Answer(LinesTakenOut):
        def __init__(self, d):
            super().__init__(d)
            del self.alpha
            self.register_buffer("alpha", torch.zeros(()))

    verdict = judge_answer(BLOCK, Answer)
    assert {found.name for found in verdict.mistakes} == {"alpha is no parameter"}
    assert "The block has no parameter `alpha`" in verdict.criteria[0].message


def test_one_alpha_for_each_feature_is_said_exactly():
    class Answer(LinesTakenOut):
        def __init__(self, d):
            super().__init__(d)
            self.alpha = nn.Parameter(torch.zeros(d))

    message = judge_answer(BLOCK, Answer).criteria[0].message
    assert "`alpha` has shape (7,); ReZero has one number" in message


def test_an_output_without_a_graph_is_described():
    class Answer(LinesTakenOut):
        @torch.no_grad()
        def forward(self, a):
            return super().forward(a)

    message = judge_answer(BLOCK, Answer).criteria[0].message
    assert "No gradient can flow back from the output" in message


def test_a_function_in_place_of_the_class_is_described():
    verdict = judge_answer(BLOCK, lambda d: nn.Linear(d, d)(torch.ones(d)))
    assert "it must be a class that begins with" in verdict.criteria[0].message


def test_a_block_without_super_is_advised():
    class Answer(nn.Module):
        def __init__(self, d):
            self.linear1 = nn.Linear(d, d)

    message = judge_answer(BLOCK, Answer).criteria[0].message
    assert "`super().__init__()`" in message


def test_two_blocks_with_one_layer_are_noticed():
    shared = nn.Linear(7, 7)

    class Answer(LinesTakenOut):
        def __init__(self, d):
            super().__init__(d)
            self.linear2 = shared

    assert names(BLOCK, Answer) == {"layers shared between blocks"}
    last = judge_answer(BLOCK, Answer).criteria[-1]
    assert last.reason is Reason.NON_DETERMINISTIC


def test_a_stub_of_a_class_is_todo():
    class Answer(nn.Module):
        def __init__(self, d):
            raise NotImplementedError("Your code here.")

        def forward(self, a):
            raise NotImplementedError("Your code here.")

    assert judge_answer(BLOCK, Answer).status is Status.TODO


def test_the_course_reference_itself_is_no_answer():
    verdict = judge_answer(VARIANCE, VARIANCE.reference)
    assert verdict.criteria[0].reason is Reason.FORBIDDEN_API


# the prompts


def test_the_worked_examples_of_the_prompts_hold():
    assert by_a_table(3, "residual") == 8
    assert by_a_table(2, "scaled") == 2.25
    assert {by_a_table(0, kind) for kind in ("residual", "pre-norm", "scaled")} == {1}
    net = residual_net.ResidualNet(3, 4)
    by_nn_init(net, "scaled")
    assert {block.alpha.item() for block in net.blocks} == {0.5}
    a, z = torch.tensor([1.0, -1.0]), torch.tensor([4.0, -2.0])
    assert (a + 0.5 * z).tolist() == [3.0, -2.0]
