"""Exercise 07: right answers in any style pass; wrong ones are placed and counted."""

from typing import NamedTuple

import numpy as np
import pytest

from coursekit.autograders import all_tasks
from coursekit.grading.attempt import judge_answer
from coursekit.grading.reasons import Reason
from coursekit.grading.verdict import Status

FORWARD = all_tasks()["layer_norm_forward"]
BACKWARD = all_tasks()["layer_norm_backward"]
AXES = all_tasks()["axes_of"]
SEEDS = range(20)


def flattened(x, gamma, beta, eps=1e-5):
    rows = x.reshape(-1, x.shape[-1])
    x_hat = (rows - rows.mean(axis=1)[:, None]) / np.sqrt(rows.var(1) + eps)[:, None]
    inv_std = (1 / np.sqrt(rows.var(axis=1) + eps)).reshape(*x.shape[:-1], 1)
    y = (x_hat * gamma + beta).reshape(x.shape)
    return y, (x_hat.reshape(x.shape), inv_std, gamma)


def batch_norm(x, eps):
    centred = x - x.mean(axis=0)
    inv_std = 1.0 / np.sqrt((centred**2).mean(axis=0) + eps)
    return centred * inv_std, inv_std


def transposed_batch_norm(x, gamma, beta, eps=1e-5):
    x_hat, inv_std = batch_norm(x.reshape(-1, x.shape[-1]).T, eps)
    x_hat = x_hat.T.reshape(x.shape)
    return gamma * x_hat + beta, (x_hat, inv_std.reshape(*x.shape[:-1], 1), gamma)


def by_einsum(x, gamma, beta, eps=1e-5):
    d = x.shape[-1]
    centred = x - np.einsum("...i->...", x)[..., None] / d
    var = np.einsum("...i,...i->...", centred, centred)[..., None] / d
    x_hat = centred * (var + eps) ** -0.5
    return np.einsum("...i,i->...i", x_hat, gamma) + beta, (
        x_hat,
        (var + eps) ** -0.5,
        gamma,
    )


def by_loops(x, gamma, beta, eps=1e-5):
    x_hat, inv_std = np.empty(x.shape), np.empty((*x.shape[:-1], 1))
    for at in np.ndindex(x.shape[:-1]):
        mean = sum(float(v) for v in x[at]) / len(x[at])
        var = sum((float(v) - mean) ** 2 for v in x[at]) / len(x[at])
        inv_std[at] = 1 / (var + eps) ** 0.5
        for i, v in enumerate(x[at]):
            x_hat[at][i] = (v - mean) * inv_std[at][0]
    return gamma * x_hat + beta, [x_hat, inv_std, gamma]


def in_place_on_its_own(x, gamma, beta, eps=1e-5):
    x_hat = x.copy()
    x_hat -= x_hat.mean(-1, keepdims=True)
    inv_std = np.square(x_hat).mean(-1, keepdims=True)
    inv_std += eps
    np.sqrt(inv_std, out=inv_std)
    np.reciprocal(inv_std, out=inv_std)
    x_hat *= inv_std
    y = x_hat.copy()
    y *= gamma
    y += beta
    return y, (x_hat, inv_std, gamma)


def with_a_dict(x, gamma, beta, eps=1e-5):
    mu = x.mean(-1, keepdims=True)
    std = np.sqrt(x.var(-1, keepdims=True) + eps)
    x_hat = (x - mu) / std
    cache = {"x_hat": x_hat, "inv_std": 1 / std, "gamma": gamma, "mu": mu, "eps": eps}
    return gamma * x_hat + beta, cache


class Kept(NamedTuple):
    """A cache as some write it."""

    x_hat: np.ndarray
    inv_std: np.ndarray
    gamma: np.ndarray


def with_prints(x, gamma, beta, eps=1e-5):
    print("x has shape", x.shape)
    mean, std = x.mean(-1, keepdims=True), x.std(-1, keepdims=True)
    inv_std = 1 / np.sqrt(std**2 + eps)
    x_hat = (x - mean) * inv_std
    return [gamma * x_hat + beta, Kept(x_hat, inv_std, gamma)]


def by_torch(x, gamma, beta, eps=1e-5):
    import torch

    t = torch.tensor(np.ascontiguousarray(x))
    mean, var = t.mean(-1, keepdim=True), t.var(-1, keepdim=True, correction=0)
    inv_std = torch.rsqrt(var + eps)
    x_hat = (t - mean) * inv_std
    y = torch.tensor(gamma) * x_hat + torch.tensor(beta)
    return y, (x_hat.numpy(), inv_std.requires_grad_(), gamma)


def with_a_harmless_slip(x, gamma, beta, eps=1e-5):
    """Subtract the mean of what has mean 0 already."""
    centred = x - x.mean(-1, keepdims=True)
    var = np.square(centred).mean(-1, keepdims=True) - centred.mean(-1, keepdims=True)
    inv_std = 1 / np.sqrt(var + eps)
    return gamma * centred * inv_std + beta, (centred * inv_std, inv_std, gamma)


@pytest.mark.parametrize(
    "answer",
    [
        flattened,
        transposed_batch_norm,
        by_einsum,
        by_loops,
        in_place_on_its_own,
        with_a_dict,
        with_prints,
        by_torch,
        with_a_harmless_slip,
    ],
)
def test_a_right_forward_pass_gets_full_marks_in_any_style(answer):
    for seed in SEEDS:
        verdict = judge_answer(FORWARD, answer, seed)
        assert verdict.score == verdict.out_of, verdict


def steps(dy, cache):
    """Every node of the graph, one after the other, the vanishing term included."""
    x_hat, inv_std, gamma = cache
    d = dy.shape[-1]
    centred = x_hat / inv_std
    dx_hat = dy * gamma
    dvar = np.sum(dx_hat * centred, -1, keepdims=True) * -0.5 * inv_std**3
    dmean = -np.sum(dx_hat * inv_std, -1, keepdims=True)
    dmean += dvar * np.mean(-2 * centred, -1, keepdims=True)
    dx = dx_hat * inv_std + dvar * 2 * centred / d + dmean / d
    axes = tuple(range(dy.ndim))[:-1]
    return dx, np.sum(dy * x_hat, axis=axes), np.sum(dy, axis=axes)


def closed_form(dy, cache):
    x_hat, inv_std, gamma = cache
    d, dx_hat = dy.shape[-1], dy * gamma
    total = dx_hat.sum(-1, keepdims=True)
    along = (dx_hat * x_hat).sum(-1, keepdims=True)
    dx = inv_std / d * (d * dx_hat - total - x_hat * along)
    rows, hats = dy.reshape(-1, d), x_hat.reshape(-1, d)
    return dx, np.einsum("nd,nd->d", rows, hats), np.ones(len(rows)) @ rows


def by_jacobian(dy, cache):
    x_hat, inv_std, gamma = cache["x_hat"], cache["inv_std"], cache["gamma"]
    d = dy.shape[-1]
    dx, dgamma, dbeta = np.zeros(dy.shape), np.zeros(d), np.zeros(d)
    for at in np.ndindex(dy.shape[:-1]):
        away = np.ones((d, d)) / d + np.outer(x_hat[at], x_hat[at]) / d
        dx[at] = inv_std[at] * ((np.eye(d) - away) @ (gamma * dy[at]))
        dgamma += dy[at] * x_hat[at]
        dbeta += dy[at]
    return dx, dgamma, dbeta


def batch_norm_backward(dy, x_hat, inv_std):
    n = dy.shape[0]
    return inv_std / n * (n * dy - dy.sum(0) - x_hat * (dy * x_hat).sum(0))


def transposed_batch_norm_backward(dy, cache):
    d = dy.shape[-1]
    hats, rows = cache.x_hat.reshape(-1, d), dy.reshape(-1, d)
    dx = batch_norm_backward((rows * cache.gamma).T, hats.T, cache.inv_std.reshape(-1))
    return [dx.T.reshape(dy.shape), (rows * hats).sum(axis=0), rows.sum(axis=0)]


def backward_in_place_on_its_own(dy, cache):
    x_hat, inv_std, gamma = cache
    dx = dy * gamma
    along = (dx * x_hat).mean(-1, keepdims=True)
    dx -= dx.mean(-1, keepdims=True)
    dx -= x_hat * along
    dx *= inv_std
    leading = tuple(range(dy.ndim - 1))
    return {"dx": dx, "dgamma": (dy * x_hat).sum(leading), "dbeta": dy.sum(leading)}


@pytest.mark.parametrize(
    "answer",
    [
        steps,
        closed_form,
        by_jacobian,
        transposed_batch_norm_backward,
        backward_in_place_on_its_own,
    ],
)
def test_a_right_backward_pass_gets_full_marks_in_any_style(answer):
    for seed in SEEDS:
        verdict = judge_answer(BACKWARD, answer, seed)
        assert verdict.score == verdict.out_of, verdict


def by_what_stays(norm, shape):
    last = len(shape) - 1
    feature = 1 if last == 3 else last
    samples = {2: {0}, 3: {0, 1}, 4: {0}}[len(shape)]
    if norm == "instance" and len(shape) == 3:
        samples = {0}
    stays = {"batch": {feature}, "layer": samples, "instance": samples | {feature}}
    return set(range(len(shape))) - stays[norm]


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
