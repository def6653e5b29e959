"""Exercise 07: forms that are understood; wrong answers are placed and counted."""

import numpy as np
import pytest
from right_answers.axes_of import by_what_stays
from right_answers.layer_norm_backward import closed_form, steps
from right_answers.layer_norm_forward import by_loops, flattened, with_prints

from coursekit.autograders import all_tasks
from coursekit.grading.attempt import judge_answer
from coursekit.grading.reasons import Reason
from coursekit.grading.verdict import Status

FORWARD = all_tasks()["layer_norm_forward"]
BACKWARD = all_tasks()["layer_norm_backward"]
AXES = all_tasks()["axes_of"]
SEEDS = range(20)


@pytest.mark.parametrize(
    "form",
    [
        list,
        tuple,
        set,
        lambda axes: tuple(sorted(axes, reverse=True)),
        lambda axes: np.array(sorted(axes), dtype=int),
        lambda axes: next(iter(axes)) if len(axes) == 1 else tuple(axes),
    ],
    ids=["list", "tuple", "set", "any order", "array", "an int for one axis"],
)
def test_axes_are_understood_in_any_form(form):
    def answer(norm, shape):
        return form(by_what_stays(norm, shape))

    for seed in SEEDS:
        verdict = judge_answer(AXES, answer, seed)
        assert verdict.score == verdict.out_of, verdict


def test_negative_axes_count_from_the_end():
    def answer(norm, shape):
        return tuple(axis - len(shape) for axis in by_what_stays(norm, shape))

    assert judge_answer(AXES, answer).status is Status.PASS


def test_a_list_of_axes_passes_with_a_remark():
    verdict = judge_answer(AXES, lambda norm, shape: [*by_what_stays(norm, shape)])
    assert verdict.status is Status.PASS
    assert "Your axes came as list" in verdict.notes[0]


def test_float64_from_float32_passes_with_a_remark():
    verdict = judge_answer(
        FORWARD, lambda x, gamma, beta, eps=1e-5: by_loops(x, gamma, beta, eps)
    )
    assert verdict.status is Status.PASS
    assert "y.astype(x.dtype)" in verdict.notes[0]


def test_prints_are_shown_as_a_note():
    verdict = judge_answer(FORWARD, with_prints)
    assert "printed: x has shape (4, 6)" in verdict.notes[0]


def doubled_eps(x, gamma, beta, eps=1e-5):
    return flattened(x, gamma, beta, 2 * eps)


def median_for_mean(x, gamma, beta, eps=1e-5):
    centred = x - np.median(x, axis=-1, keepdims=True)
    inv_std = 1 / np.sqrt(x.var(-1, keepdims=True) + eps)
    return gamma * centred * inv_std + beta, (centred * inv_std, inv_std, gamma)


def another_last_entry(x, gamma, beta, eps=1e-5):
    y, cache = flattened(x, gamma, beta, eps)
    y[..., -1] += 1.0
    return y, cache


@pytest.mark.parametrize(
    ("answer", "law"),
    [
        (doubled_eps, "the variance var / (var + eps)"),
        (median_for_mean, "mean 0"),
        (another_last_entry, "mean 0"),
    ],
)
def test_an_unknown_mistake_gets_a_law_and_two_places(answer, law):
    for seed in SEEDS:
        verdict = judge_answer(FORWARD, answer, seed)
        message = verdict.criteria[1].message
        assert not verdict.mistakes
        assert verdict.criteria[1].reason is Reason.WRONG_VALUE
        assert law in message
        assert "first" in message and "most at [" in message


def test_an_unknown_mistake_in_dx_gets_a_law_and_two_places():
    def answer(dy, cache):
        dx, dgamma, dbeta = closed_form(dy, cache)
        dx[..., 0] *= 1.5
        return dx, dgamma, dbeta

    verdict = judge_answer(BACKWARD, answer)
    assert not verdict.mistakes
    assert "Every vector of dx should sum to 0" in verdict.criteria[1].message


def test_two_independent_mistakes_are_both_named():
    def answer(dy, cache):
        x_hat, inv_std, gamma = cache
        return dy * gamma * inv_std, (dy * x_hat).sum(), dy.sum()

    for seed in SEEDS:
        names = {found.name for found in judge_answer(BACKWARD, answer, seed).mistakes}
        assert names == {
            "mean and variance treated as constants",
            "dgamma and dbeta summed to one number",
        }


def test_a_mistake_in_y_is_named_although_the_cache_is_another():
    def answer(x, gamma, beta, eps=1e-5):
        std = x.std(-1, keepdims=True)
        x_hat = (x - x.mean(-1, keepdims=True)) / (std + eps)
        return gamma * x_hat + beta, (x_hat, std, gamma)

    for seed in SEEDS:
        verdict = judge_answer(FORWARD, answer, seed)
        assert [found.name for found in verdict.mistakes] == ["eps outside the root"]


def test_eps_outside_the_root_is_one_convention_in_both_passes():
    names = [{m.name for m in task.mistakes} for task in (FORWARD, BACKWARD)]
    assert "eps outside the root" in names[0] & names[1]


def test_the_sample_variance_is_shown_as_a_fraction():
    (found,) = judge_answer(
        FORWARD,
        next(
            m for m in FORWARD.mistakes if m.name == "variance divided by d - 1"
        ).answer,
    ).mistakes
    assert found.evidence == "your variance is 1.200 = 6/5 times the right one"


def test_one_row_for_a_vector_is_said_exactly():
    def answer(dy, cache):
        dx, dgamma, dbeta = closed_form(dy, cache)
        return dx, dgamma[None], dbeta[None]

    message = judge_answer(BACKWARD, answer).criteria[0].message
    assert "`dgamma` should have shape (6,); yours is (1, 6)." in message
    assert "an axis of length 1 too many" in message


def test_single_precision_is_told_from_wrong_numbers():
    def answer(x, gamma, beta, eps=1e-5):
        y, cache = flattened(x, gamma, beta, eps)
        return y.astype(np.float32), cache

    first = judge_answer(FORWARD, answer).criteria[0]
    assert first.reason is Reason.WRONG_DTYPE
    assert "The values are right, in float32: " in first.message


@pytest.mark.parametrize(
    ("returned", "says"),
    [
        (None, "gave None. A function without `return` gives None"),
        (np.zeros((4, 6)), "gave one array of shape"),
        ((1, 2, 3), "gave 3 things, the card asks for 2: (y, cache)"),
        ({"y": 1}, "gave a dict with y; it must hold y, cache"),
        (3.5, "gave a float; the card asks for the tuple (y, cache)"),
    ],
)
def test_another_result_than_the_tuple_is_described(returned, says):
    verdict = judge_answer(FORWARD, lambda x, gamma, beta, eps=1e-5: returned)
    first, *others = verdict.criteria
    assert first.status is Status.FAIL and first.reason is Reason.WRONG_TYPE
    assert says in first.message
    assert {end.reason for end in others} == {Reason.BLOCKED_BY}


def test_layer_norm_from_a_library_is_refused_by_name():
    def answer(x, gamma, beta, eps=1e-5):
        from torch.nn import functional as F

        return F.layer_norm(x, gamma.shape, gamma, beta, eps), None

    verdict = judge_answer(FORWARD, answer)
    assert verdict.score == 0
    assert {end.reason for end in verdict.criteria} == {Reason.FORBIDDEN_API}
    assert "`torch.nn.functional.layer_norm` in line 4" in verdict.criteria[0].message


def test_the_course_reference_itself_is_no_answer():
    verdict = judge_answer(FORWARD, FORWARD.reference)
    assert verdict.criteria[0].reason is Reason.FORBIDDEN_API
    assert "coursekit.reference.layer_norm" in verdict.criteria[0].message


def test_the_worked_examples_of_the_prompts_hold():
    x = np.array([1.0, 2.0, 3.0, 6.0])
    gamma, beta = np.array([1.0, 2.0, 1.0, -1.0]), np.array([0.0, 0.0, 1.0, 1.0])
    y, (x_hat, inv_std, _) = flattened(x, gamma, beta, 0.5)
    assert y.tolist() == [-1.0, -1.0, 1.0, -0.5]
    assert x_hat.tolist() == [-1.0, -0.5, 0.0, 1.5] and inv_std.tolist() == [0.5]
    dx, dgamma, dbeta = steps(np.eye(4)[0], (x_hat, inv_std, np.ones(4)))
    assert dx.tolist() == [0.25, -0.1875, -0.125, 0.0625]
    assert dgamma.tolist() == [-1.0, 0.0, 0.0, 0.0]
    assert dbeta.tolist() == [1.0, 0.0, 0.0, 0.0]
