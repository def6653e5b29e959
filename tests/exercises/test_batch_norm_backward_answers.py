"""Exercise 06: the first wrong node is found, said and waited for; forms understood."""

import numpy as np
import pytest
from right_answers.batch_norm_backward import one_line
from right_answers.batch_norm_backward_steps import by_loops, by_name_with_a_dict
from right_answers.batch_norm_forward_steps import in_place_on_its_own, with_a_dict

from coursekit.autograders import all_tasks
from coursekit.autograders.batch_norm_backward.graph import BACKWARD, backward_with
from coursekit.experiments.gradient_inspection import SLIPS
from coursekit.grading.attempt import judge_answer
from coursekit.grading.cases import cases_for
from coursekit.grading.reasons import Reason
from coursekit.grading.verdict import Status
from coursekit.probes.batch_norm_backward import STEPS
from coursekit.reference import batch_norm_backward
from coursekit.reference.batch_norm_steps import batch_norm_forward_steps

FORWARD = all_tasks()["batch_norm_forward_steps"]
STEP_BY_STEP = all_tasks()["batch_norm_backward_steps"]
ONE_LINE = all_tasks()["batch_norm_backward"]
SEEDS = range(20)
NAMES = list(BACKWARD)


def mistake(task, name):
    return next(m for m in task.mistakes if m.name == name)


def names_in(verdict):
    return [found.name for found in verdict.mistakes]


def steps_of(dy, steps):
    """Return the ten gradients, right, by name."""
    return dict(zip(NAMES, by_loops(dy, steps), strict=True))


# the first wrong node


@pytest.mark.parametrize("slip", [slip for slip in SLIPS if slip != "no slip"])
def test_each_slip_of_the_lesson_s_inspector_is_known_by_its_name(slip):
    names = {name: "d" + name for name in ("std", "x_hat", "sq", "xmu", "x", "gamma")}
    (first, *_) = (names.get(node, "d" + node) for node in SLIPS[slip])
    verdict = judge_answer(STEP_BY_STEP, mistake(STEP_BY_STEP, slip).answer)
    failed = next(end for end in verdict.criteria if end.status is Status.FAIL)
    assert names_in(verdict) == [slip]
    assert f"`{first}` differs" in failed.message


@pytest.mark.parametrize(
    ("rule", "criterion", "says"),
    [
        ("dbeta", 1, "`dbeta` differs"),
        ("dgamma", 1, "`dgamma` differs"),
        ("dx_hat", 2, "Every column of dx_hat should add up to gamma times"),
        ("dinv_std", 2, "inv_std times your dinv_std should be"),
        ("dstd", 2, "Raising std by 1 %"),
        ("dvar", 2, "Raising var + eps by 2 %"),
        ("dsq", 2, "The rows of dsq should add up to your dvar"),
        ("dxmu", 3, "`dxmu` differs"),
        ("dmu", 4, "The rows of dxmu and your dmu should add up to 0"),
        ("dx", 4, "Every column of dx should sum to 0"),
    ],
)
def test_an_unknown_slip_is_placed_at_its_node_by_a_law_of_its_own(
    rule, criterion, says
):
    """The later numbers are all made from the wrong one; the law uses the answer's."""
    right = BACKWARD[rule]
    answer = backward_with(**{rule: lambda v: 1.7 * right(v) + 0.1})
    for seed in SEEDS:
        verdict = judge_answer(STEP_BY_STEP, answer, seed)
        assert names_in(verdict) == []
        assert f"`{rule}` differs" in verdict.criteria[criterion].message
        assert says in verdict.criteria[criterion].message
        others = [end.status for at, end in enumerate(verdict.criteria) if at < 2]
        assert criterion < 2 or others == [Status.PASS, Status.PASS]


def test_what_comes_after_the_first_wrong_node_waits_for_it():
    answer = mistake(STEP_BY_STEP, "minus sign of 1/std forgotten").answer
    *_, down, xmu, last, trace = judge_answer(STEP_BY_STEP, answer).criteria
    assert down.status is Status.FAIL and trace.status is Status.PASS
    for end in (xmu, last):
        assert end.status is Status.SKIPPED and end.reason is Reason.BLOCKED_BY
        assert end.message == f"Waits for “{down.sentence}”"


def test_a_wrong_gradient_of_gamma_holds_nothing_up():
    answer = mistake(STEP_BY_STEP, "dgamma from xmu").answer
    failed = [
        end.sentence
        for end in judge_answer(STEP_BY_STEP, answer).criteria
        if end.status is not Status.PASS
    ]
    assert failed == ["`dbeta` and `dgamma` are summed over the samples."]


@pytest.mark.parametrize(
    "name",
    [
        "variance path forgotten",
        "direct path from x_hat to xmu forgotten",
        "mean path forgotten",
        "direct path from xmu to x forgotten",
    ],
)
def test_who_forgets_a_consumer_is_told_that_there_are_two(name):
    verdict = judge_answer(STEP_BY_STEP, mistake(STEP_BY_STEP, name).answer)
    (found,) = verdict.mistakes
    assert "has two consumers" in found.explanation
    assert "add what both send back" in found.explanation


def test_a_factor_that_enters_late_is_not_taken_for_one_that_entered_early():
    """1 / std**3 for 1 / std**2 ends like x_hat for xmu, one node before."""
    answers = [
        backward_with(dstd=lambda v: -v["dinv_std"] / v["std"] ** 3),
        backward_with(dvar=lambda v: -v["dstd"] / (2 * v["std"])),
        backward_with(dsq=lambda v: BACKWARD["dsq"](v) / len(v["dy"])),
    ]
    for answer in answers:
        assert names_in(judge_answer(STEP_BY_STEP, answer)) == []


def test_two_mistakes_one_after_the_other_are_both_named_in_their_order():
    answer = backward_with(
        dstd=lambda v: v["dinv_std"] / v["std"] ** 2,
        dxmu=lambda v: v["dx_hat"] * v["inv_std"],
    )
    for seed in SEEDS:
        names = names_in(judge_answer(STEP_BY_STEP, answer, seed))
        assert names == ["minus sign of 1/std forgotten", "variance path forgotten"]


def test_a_known_mistake_is_named_although_an_unknown_one_follows():
    answer = backward_with(
        dvar=lambda v: v["dstd"] / v["std"], dx=lambda v: 3 * v["dxmu"]
    )
    for seed in SEEDS:
        names = names_in(judge_answer(STEP_BY_STEP, answer, seed))
        assert names == ["half of the root forgotten"]


def test_nothing_is_named_behind_a_wrong_node_that_nobody_explains():
    answer = backward_with(
        dvar=lambda v: 1.7 * v["dstd"], dxmu=lambda v: v["dx_hat"] * v["inv_std"]
    )
    for seed in SEEDS:
        verdict = judge_answer(STEP_BY_STEP, answer, seed)
        assert names_in(verdict) == []
        assert "Raising var + eps by 2 %" in verdict.criteria[2].message


def test_two_independent_mistakes_are_both_named():
    def in_steps(dy, steps):
        found = steps_of(dy, steps)
        found["dgamma"] = (dy * steps.xmu).sum(0)
        found["dx"] = found["dxmu"]
        return found

    def in_one_line(dy, cache):
        x_hat, inv_std, gamma = cache
        return dy * gamma * inv_std, (dy * x_hat).sum(), dy.sum()

    for seed in SEEDS:
        names = names_in(judge_answer(STEP_BY_STEP, in_steps, seed))
        assert set(names) == {"dgamma from xmu", "mean path forgotten"}
        names = names_in(judge_answer(ONE_LINE, in_one_line, seed))
        assert set(names) == {
            "mean and variance treated as constants",
            "dgamma and dbeta summed to one number",
        }


def test_the_mean_s_part_that_vanishes_may_be_left_out():
    def answer(dy, steps):
        found = steps_of(dy, steps)
        found["dmu"] = -(found["dx_hat"] * steps.inv_std).sum(0)
        return found

    for seed in SEEDS:
        assert judge_answer(STEP_BY_STEP, answer, seed).status is Status.PASS


# forms


def test_rows_of_length_one_cost_the_point_for_form_and_no_more():
    def forward(x, gamma, beta, eps=1e-5):
        y, steps = with_a_dict(x, gamma, beta, eps)
        for name in ("mu", "var", "std", "inv_std"):
            steps[name] = steps[name][None]
        return y, steps

    def backward(dy, steps):
        return steps_of(dy, steps) | {"dsq": steps_of(dy, steps)["dsq"][0]}

    for task, answer in ((FORWARD, forward), (STEP_BY_STEP, backward)):
        first, *others = judge_answer(task, answer).criteria
        assert first.reason is Reason.WRONG_SHAPE
        assert {end.status for end in others} == {Status.PASS}


def test_an_array_of_another_shape_is_not_lined_up():
    def answer(dy, steps):
        return steps_of(dy, steps) | {"dmu": steps_of(dy, steps)["dxmu"]}

    first, *_, last, _ = judge_answer(STEP_BY_STEP, answer).criteria
    assert "should have shape (3,); yours is (5, 3)" in first.message
    assert last.status is not Status.PASS


@pytest.mark.parametrize(
    ("task", "returned", "says"),
    [
        (FORWARD, None, "gave None. A function without `return` gives None"),
        (FORWARD, (1, (2, 3)), "steps gave 2 things, the card asks for 8: (mu, xmu,"),
        (STEP_BY_STEP, (1, 2), "gave 2 things, the card asks for 10: (dbeta, dgamma"),
        (STEP_BY_STEP, {"dx": 1}, "gave a dict with dx; it must hold dbeta, dgamma"),
        (ONE_LINE, np.zeros((5, 3)), "gave one array of shape"),
    ],
)
def test_another_result_than_the_card_s_is_described(task, returned, says):
    verdict = judge_answer(task, lambda *arguments, **options: returned)
    first, *others = verdict.criteria
    assert first.reason is Reason.WRONG_TYPE and says in first.message
    assert {end.reason for end in others} == {Reason.BLOCKED_BY}


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_gradient_is_said_and_never_breaks_the_check(name):
    def answer(dy, steps):
        return steps_of(dy, steps) | {name: None}

    first = judge_answer(STEP_BY_STEP, answer).criteria[0]
    assert f"{name} as returned should be an array" in first.message
    assert "yours is None" in first.message


@pytest.mark.parametrize("name", STEPS)
def test_a_missing_step_is_said_and_never_breaks_the_check(name):
    def answer(x, gamma, beta, eps=1e-5):
        y, steps = with_a_dict(x, gamma, beta, eps)
        return y, steps | {name: None}

    first = judge_answer(FORWARD, answer).criteria[0]
    assert "should be an array" in first.message and "yours is None" in first.message


def test_single_precision_is_told_from_wrong_numbers():
    def answer(dy, cache):
        return tuple(part.astype(np.float32) for part in one_line(dy, cache))

    first = judge_answer(ONE_LINE, answer).criteria[0]
    assert first.reason is Reason.WRONG_DTYPE
    assert "The values are right, in float32: " in first.message


def test_batch_norm_from_a_library_is_refused_by_name():
    def answer(x, gamma, beta, eps=1e-5):
        from torch.nn import functional as F

        return F.batch_norm(x, None, None, gamma, beta, True, 0.1, eps), None

    verdict = judge_answer(FORWARD, answer)
    assert verdict.score == 0
    assert {end.reason for end in verdict.criteria} == {Reason.FORBIDDEN_API}
    assert "`torch.nn.functional.batch_norm` in line 4" in verdict.criteria[0].message


@pytest.mark.parametrize("task", [FORWARD, STEP_BY_STEP, ONE_LINE])
def test_the_course_s_reference_itself_is_no_answer(task):
    verdict = judge_answer(task, task.reference)
    assert verdict.criteria[0].reason is Reason.FORBIDDEN_API


# unknown mistakes


def doubled_eps(x, gamma, beta, eps=1e-5):
    return in_place_on_its_own(x, gamma, beta, 2 * eps)


def median_for_mean(x, gamma, beta, eps=1e-5):
    mu = np.median(x, axis=0)
    y, (_, _, _, *others) = in_place_on_its_own(x, gamma, beta, eps)
    return y, (mu, x - mu, (x - mu) ** 2, *others)


def sq_that_is_no_square(x, gamma, beta, eps=1e-5):
    y, steps = with_a_dict(x, gamma, beta, eps)
    return y, steps | {"sq": 2 * steps["xmu"]}


@pytest.mark.parametrize(
    ("answer", "law"),
    [
        (doubled_eps, "std squared minus your var should be eps"),
        (median_for_mean, "Every column of xmu should sum to 0"),
        (sq_that_is_no_square, "Every entry of sq should be the square of your xmu"),
    ],
)
def test_an_unknown_mistake_on_the_way_forward_gets_a_law_and_a_place(answer, law):
    for seed in SEEDS:
        verdict = judge_answer(FORWARD, answer, seed)
        said = " ".join(end.message for end in verdict.criteria)
        assert not verdict.mistakes
        assert law in said and " at [" in said


def test_an_unknown_mistake_in_the_one_line_gets_a_law_and_two_places():
    def off_in_a_row(dy, cache):
        dx, dgamma, dbeta = one_line(dy, cache)
        dx[0] *= 1.5
        return dx, dgamma, dbeta

    def too_much_variance(dy, cache):
        dx, dgamma, dbeta = one_line(dy, cache)
        return dx - cache[0] * dgamma, dgamma, dbeta

    laws = {
        off_in_a_row: "Every column of dx should sum to 0",
        too_much_variance: "The sum of dx * x_hat over a feature should be the small",
    }
    for answer, law in laws.items():
        for seed in SEEDS:
            verdict = judge_answer(ONE_LINE, answer, seed)
            assert not verdict.mistakes
            assert law in verdict.criteria[1].message
            assert "first" in verdict.criteria[1].message


# what the tasks rest on


@pytest.mark.parametrize("seed", SEEDS)
def test_the_one_line_equals_the_ten_steps_on_every_case(seed):
    for case in cases_for(STEP_BY_STEP, seed).values():
        inputs = case.inputs
        dx, dgamma, dbeta = batch_norm_backward(
            inputs["dy"], (inputs["x_hat"], inputs["inv_std"], inputs["gamma"])
        )
        steps = dict(zip(NAMES, backward_with()(inputs["dy"], _kept(inputs)), strict=1))
        np.testing.assert_allclose(dx, steps["dx"], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(dgamma, steps["dgamma"], rtol=1e-12)
        np.testing.assert_allclose(dbeta, steps["dbeta"], rtol=1e-12)


def _kept(inputs):
    return [inputs[name] for name in STEPS]


@pytest.mark.parametrize("seed", SEEDS)
def test_dx_sums_to_zero_and_keeps_the_part_along_x_hat_that_eps_leaves(seed):
    cases = cases_for(ONE_LINE, seed)
    for name, case in cases.items():
        dx, x_hat = cases.expected(name).values["dx"], case.inputs["x_hat"]
        inv_std, gamma = case.inputs["inv_std"], case.inputs["gamma"]
        along_dy = (case.inputs["dy"] * x_hat).sum(0)
        left = gamma * inv_std * 0.1 * inv_std**2 * along_dy
        np.testing.assert_allclose(dx.sum(0), 0, atol=1e-12)
        np.testing.assert_allclose((dx * x_hat).sum(0), left, atol=1e-12)


def test_eps_left_out_would_pass_a_loose_check_with_the_usual_eps():
    rng = np.random.default_rng(0)
    x, dy, ones = rng.normal(size=(64, 3)), rng.normal(size=(64, 3)), np.ones(3)
    _, steps = batch_norm_forward_steps(x, ones, 0 * ones, 1e-5)
    cache = steps.x_hat, steps.inv_std, steps.gamma
    wrong = mistake(ONE_LINE, "eps left out").answer(dy, cache)[0]
    assert np.allclose(wrong, one_line(dy, cache)[0], rtol=1e-4)
    assert judge_answer(ONE_LINE, mistake(ONE_LINE, "eps left out").answer).mistakes


def test_n_equal_to_d_hides_the_wrong_divisor_and_the_other_case_shows_it():
    answer = mistake(ONE_LINE, "sums divided by the number of features").answer
    message = judge_answer(ONE_LINE, answer).criteria[1].message
    assert "Case “samples”" in message and "1 more case like it" in message


def test_the_worked_examples_of_the_prompts_hold():
    x = np.array([[1.0], [2.0], [3.0], [6.0]])
    gamma, beta = np.array([2.0]), np.array([1.0])
    y, steps = with_a_dict(x, gamma, beta, 0.5)
    column = {
        name: value.ravel().tolist() for name, value in steps.items() if name > "f"
    }
    assert column == {
        "gamma": [2.0],
        "mu": [3.0],
        "xmu": [-2.0, -1.0, 0.0, 3.0],
        "sq": [4.0, 1.0, 0.0, 9.0],
        "var": [3.5],
        "std": [2.0],
        "inv_std": [0.5],
        "x_hat": [-1.0, -0.5, 0.0, 1.5],
    }
    assert y.ravel().tolist() == [-1.0, 0.0, 1.0, 4.0]
    dy = np.array([[1.0], [0.0], [0.0], [0.0]])
    found = by_name_with_a_dict(dy, steps)
    assert {name: value.ravel().tolist() for name, value in found.items()} == {
        "dbeta": [1.0],
        "dgamma": [-1.0],
        "dx_hat": [2.0, 0.0, 0.0, 0.0],
        "dinv_std": [-4.0],
        "dstd": [1.0],
        "dvar": [0.25],
        "dsq": [0.0625] * 4,
        "dxmu": [0.75, -0.125, 0.0, 0.375],
        "dmu": [-1.0],
        "dx": [0.5, -0.375, -0.25, 0.125],
    }
    dx, dgamma, dbeta = one_line(dy, (steps["x_hat"], steps["inv_std"], gamma))
    assert dx.ravel().tolist() == [0.5, -0.375, -0.25, 0.125]
    assert dgamma.tolist() == [-1.0] and dbeta.tolist() == [1.0]
