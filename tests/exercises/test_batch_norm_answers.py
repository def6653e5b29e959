"""Exercise 05: forms that are understood; wrong answers are named, placed, counted."""

import numpy as np
import pytest
import torch
from right_answers.batch_norm_forward import in_place_on_its_own, two_branches
from right_answers.BatchNorm1d import Einsum, TwoBranches
from right_answers.fold_batch_norm import one_line_each
from torch import nn

from coursekit.autograders import all_tasks
from coursekit.grading.attempt import judge_answer
from coursekit.grading.reasons import Reason
from coursekit.grading.verdict import Status
from coursekit.probes.batch_norm import Running
from coursekit.reference import batch_norm_forward

FORWARD = all_tasks()["batch_norm_forward"]
MODULE = all_tasks()["BatchNorm1d"]
FOLD = all_tasks()["fold_batch_norm"]
SEEDS = range(20)


def names_of(task, answer, seed=None):
    return [found.name for found in judge_answer(task, answer, seed).mistakes]


def forward_with(returned):
    """Return a right answer whose result goes through ``returned``."""

    def answer(x, gamma, beta, running, **rest):
        return returned(*two_branches(x, gamma, beta, running, **rest))

    return answer


@pytest.mark.parametrize(
    "returned",
    [
        lambda y, running: [y, list(running)],
        lambda y, running: (y, Running(*running)),
        lambda y, running: (y, running, "a cache of any kind"),
        lambda y, running: {"y": y, "running": running, "cache": None},
    ],
    ids=["lists", "a named tuple", "with a cache", "a dict"],
)
def test_the_result_is_understood_in_any_form(returned):
    for seed in SEEDS:
        verdict = judge_answer(FORWARD, forward_with(returned), seed)
        assert verdict.score == verdict.out_of, verdict


@pytest.mark.parametrize(
    ("returned", "says"),
    [
        (lambda y, running: None, "gave None. A function without `return` gives None"),
        (lambda y, running: (y, None), "`running` came back as None: return the pair"),
        (lambda y, running: (None, running), "`y` should be an array; yours is None."),
        (
            lambda y, running: (y.tolist(), running),
            "`y` should be an array; yours is an object of type list.",
        ),
        (
            lambda y, running: (y, np.stack(running)),
            "running gave one array of shape (2, 3); the card asks for the tuple",
        ),
        (lambda y, running: (y, (*running, 3)), "running gave 3 things"),
    ],
)
def test_another_result_is_described(returned, says):
    first = judge_answer(FORWARD, forward_with(returned)).criteria[0]
    assert first.status is Status.FAIL and first.reason is Reason.WRONG_TYPE
    assert says in first.message


def test_float64_from_float32_passes_with_a_remark():
    def answer(x, gamma, beta, running, **rest):
        return two_branches(x.astype(float), gamma, beta, running, **rest)

    verdict = judge_answer(FORWARD, answer)
    assert verdict.status is Status.PASS
    assert "y.astype(x.dtype)" in verdict.notes[0]


def test_single_precision_is_told_from_wrong_numbers():
    answer = forward_with(lambda y, running: (y.astype(np.float32), running))
    first = judge_answer(FORWARD, answer).criteria[0]
    assert first.reason is Reason.WRONG_DTYPE
    assert "The values are right, in float32: " in first.message


def doubled_eps(x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5):
    return two_branches(
        x, gamma, beta, running, training=training, momentum=momentum, eps=2 * eps
    )


def median_for_mean(x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5):
    y, new = two_branches(
        x, gamma, beta, running, training=training, momentum=momentum, eps=eps
    )
    shift = (np.median(x, 0) - x.mean(0)) / np.sqrt(x.var(0) + eps)
    return y - gamma * shift * training, new


@pytest.mark.parametrize(
    ("answer", "law"),
    [(doubled_eps, "the variance var / (var + eps)"), (median_for_mean, "mean 0")],
)
def test_an_unknown_mistake_gets_a_law_and_two_places(answer, law):
    for seed in SEEDS:
        verdict = judge_answer(FORWARD, answer, seed)
        message = verdict.criteria[1].message
        assert not verdict.mistakes
        assert law in message
        assert "first" in message and "at [" in message


def test_a_wrong_evaluation_alone_is_told_there():
    def answer(x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5):
        y, new = two_branches(
            x, gamma, beta, running, training=training, momentum=momentum, eps=eps
        )
        return y if training else 1.5 * y, new

    verdict = judge_answer(FORWARD, answer)
    assert not verdict.mistakes
    assert verdict.criteria[1].status is Status.PASS
    message = verdict.criteria[2].message
    assert "y in evaluation differs" in message
    assert "the first sample of y should lie this far from the second" in message


def test_two_independent_mistakes_are_both_named():
    def answer(x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5):
        mean, var = running
        if training:
            if len(x) == 1:
                raise ValueError("one sample")
            mean, var = x.mean(0), x.var(0)
            running = (
                momentum * running[0] + (1 - momentum) * mean,
                momentum * running[1] + (1 - momentum) * x.var(0, ddof=1),
            )
        return gamma * (x - mean) / (np.sqrt(var) + eps) + beta, running

    for seed in SEEDS:
        names = names_of(FORWARD, answer, seed)
        assert set(names) == {"eps outside the root", "momentum the other way round"}


def test_a_slip_in_evaluation_does_not_hide_one_in_the_statistics():
    def answer(x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5):
        if training and len(x) == 1:
            raise ValueError("one sample")
        mean, var = x.mean(0), x.var(0)
        if training:
            running = (
                (1 - momentum) * running[0] + momentum * mean,
                (1 - momentum) * running[1] + momentum * var,
            )
        return gamma * (x - mean) / np.sqrt(var + eps) + beta, running

    for seed in SEEDS:
        names = names_of(FORWARD, answer, seed)
        assert set(names) == {"evaluation uses the batch", "biased variance remembered"}


def test_a_mistake_in_y_is_named_although_one_sample_goes_through():
    def answer(x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5):
        mean, var = running
        if training:
            mean, var = x.mean(0), x.var(0, ddof=min(1, len(x) - 1))
            running = (
                (1 - momentum) * running[0] + momentum * mean,
                (1 - momentum) * running[1] + momentum * var,
            )
        return gamma * (x - mean) / np.sqrt(var + eps) + beta, running

    for seed in SEEDS:
        assert names_of(FORWARD, answer, seed) == ["variance divided by N - 1"]


def test_a_running_std_is_named_although_evaluation_uses_it_as_one():
    def answer(x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5):
        mean, std = running
        if training:
            if len(x) == 1:
                raise ValueError("one sample")
            mean, std = x.mean(0), x.std(0)
            unbiased = x.std(0, ddof=1)
            running = (
                (1 - momentum) * running[0] + momentum * mean,
                (1 - momentum) * running[1] + momentum * unbiased,
            )
        return gamma * (x - mean) / np.sqrt(std**2 + eps) + beta, running

    for seed in SEEDS:
        assert names_of(FORWARD, answer, seed) == ["running standard deviation"]


@pytest.mark.parametrize(
    ("error", "passes"),
    [(ValueError, True), (AssertionError, False), (ZeroDivisionError, False)],
)
def test_one_sample_in_training_asks_for_a_value_error(error, passes):
    def answer(x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5):
        if training and len(x) == 1:
            raise error("one")
        return two_branches(
            x, gamma, beta, running, training=training, momentum=momentum, eps=eps
        )

    hard = judge_answer(FORWARD, answer).criteria[4]
    assert (hard.status is Status.PASS) is passes
    if not passes:
        assert f"expected a ValueError, got a {error.__name__}" in hard.message


def test_the_evidence_names_the_fraction():
    biased = next(m for m in FORWARD.mistakes if m.name == "biased variance remembered")
    (found,) = judge_answer(FORWARD, biased.answer).mistakes
    assert (
        found.evidence == "with N = 5 the variance you remember is 0.800 of the card's"
    )
    unbiased = next(
        m for m in FORWARD.mistakes if m.name == "variance divided by N - 1"
    )
    (found,) = judge_answer(FORWARD, unbiased.answer).mistakes
    assert "1.250 = 5/4 times the right one" in found.evidence
    assert "0.894, not 1" in found.evidence


@pytest.mark.parametrize("task", [FORWARD, MODULE], ids=lambda task: task.name)
def test_another_convention_names_the_libraries_that_have_it(task):
    said = {m.name: m.explanation for m in task.mistakes}
    for name in ("momentum the other way round", "biased variance remembered"):
        assert "convention" in said[name] and "Keras, Flax and CS231n" in said[name]


def test_batch_norm_from_a_library_is_refused_by_name():
    def answer(x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5):
        from torch.nn import functional as F

        return F.batch_norm(x, *running, gamma, beta, training, momentum, eps), running

    verdict = judge_answer(FORWARD, answer)
    assert verdict.score == 0
    assert "`torch.nn.functional.batch_norm` in line 4" in verdict.criteria[0].message


class FromTorch(nn.BatchNorm1d):
    """Torch's own layer under another name."""


class AroundTorch(nn.Module):
    """Torch's own layer inside."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.layer = nn.BatchNorm1d(num_features, eps, momentum)

    def forward(self, x):
        """Return what torch's layer returns."""
        return self.layer(x)


@pytest.mark.parametrize("answer", [FromTorch, AroundTorch, nn.BatchNorm1d])
def test_a_layer_from_torch_is_refused(answer):
    verdict = judge_answer(MODULE, answer)
    assert verdict.score == 0
    assert "batch" in verdict.criteria[0].message.lower()
    blind = judge_answer(MODULE, answer, look_at_source=False)
    assert blind.score == 0
    assert "one of torch's own batch norms" in blind.criteria[0].message


class NotAModule:
    """A class without `nn.Module`."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps = eps


class NoTensor(TwoBranches):
    """Gives no tensor back."""

    def forward(self, x):
        """Return nothing."""


class OtherNames(TwoBranches):
    """Keeps its statistics under names of its own."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, eps, momentum)
        self.register_buffer("moving_mean", self.running_mean)
        del self.running_mean

    def flat(self, x):
        """Normalize (n, C), without memory."""
        return (x - x.mean(0)) * self.weight + self.bias


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (NotAModule, "a class that begins with `class BatchNorm1d(nn.Module):`"),
        (NoTensor, "The layer gave None; it must give a tensor."),
        (OtherNames, "The layer has no tensor called `running_mean`."),
    ],
)
def test_another_layer_is_described(answer, says):
    first = judge_answer(MODULE, answer).criteria[0]
    assert first.status is Status.FAIL and first.reason is Reason.WRONG_TYPE
    assert says in first.message


def test_a_layer_for_two_axes_loses_the_points_for_three_alone():
    two_axes = next(m for m in MODULE.mistakes if m.name == "written for two axes only")
    verdict = judge_answer(MODULE, two_axes.answer)
    assert [end.status is Status.PASS for end in verdict.criteria] == [
        *(True, True, True, True, False, True)
    ]


class DroppedFeatures(Einsum):
    """Forgets part of the gradient in a way nobody has named."""

    def forward(self, x):
        """Return the right numbers, with a gradient for the first sample only."""
        y = super().forward(x)
        return torch.cat([y[:1], y[1:].detach()])


def test_an_unknown_mistake_in_the_gradient_gets_a_law():
    verdict = judge_answer(MODULE, DroppedFeatures)
    assert not verdict.mistakes
    assert "the gradient of x differs" in verdict.criteria[2].message


class GraphAndAttributes(TwoBranches):
    """Two things at once: not registered, and never detached."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, eps, momentum)
        del self.running_mean, self.running_var
        self.running_mean = torch.zeros(num_features)
        self.running_var = torch.ones(num_features)

    def flat(self, x):
        """Normalize (n, C)."""
        y = super().flat(x)
        if self.training:
            self.running_mean = self.running_mean + 0 * x.sum()
        return y


def test_two_mistakes_of_a_layer_are_both_named():
    assert set(names_of(MODULE, GraphAndAttributes)) == {
        "running statistics as plain attributes",
        "running statistics with a graph",
    }


class NumbersAtTheStart(TwoBranches):
    """Starts with Python's 0 and 1; right in everything else."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, eps, momentum)
        del self.running_mean, self.running_var
        self.running_mean, self.running_var = 0, 1


def test_statistics_that_start_as_numbers_are_plain_attributes_too():
    verdict = judge_answer(MODULE, NumbersAtTheStart)
    names = [found.name for found in verdict.mistakes]
    assert names == ["running statistics as plain attributes"]
    assert verdict.criteria[4].status is Status.PASS


def test_a_check_of_the_layer_leaves_the_random_state_alone():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    judge_answer(MODULE, TwoBranches, 3)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_mistake_in_the_fold_is_named_although_none_fails():
    def answer(W, b, gamma, beta, running, eps=1e-5):
        s = gamma / np.sqrt(running[1] + eps)
        return W * s, b * s + beta

    for seed in SEEDS:
        assert names_of(FOLD, answer, seed) == ["running mean left out"]


def test_an_unknown_mistake_in_the_fold_gets_a_law():
    def answer(W, b, gamma, beta, running, eps=1e-5):
        new_W, new_b = one_line_each(W, b, gamma, beta, running, eps)
        return new_W, new_b + 0.5

    verdict = judge_answer(FOLD, answer)
    assert not verdict.mistakes
    assert "The folded layer should give what" in verdict.criteria[2].message


def test_one_row_for_a_bias_is_said_exactly():
    def answer(W, b, gamma, beta, running, eps=1e-5):
        new_W, new_b = one_line_each(W, b, gamma, beta, running, eps)
        return new_W, new_b[None]

    message = judge_answer(FOLD, answer).criteria[0].message
    assert "`b` should have shape (3,); yours is (1, 3)." in message


def test_folding_keeps_what_evaluation_gives():
    rng = np.random.default_rng(0)
    a, W, b = rng.normal(size=(6, 5)), rng.normal(size=(5, 3)), rng.normal(size=3)
    gamma, beta, mean = rng.normal(size=(3, 3))
    running = (mean, rng.uniform(0.5, 2.0, 3))
    y, _, _ = batch_norm_forward(a @ W + b, gamma, beta, running, training=False)
    new_W, new_b = one_line_each(W, b, gamma, beta, running)
    np.testing.assert_allclose(a @ new_W + new_b, y, rtol=1e-12)


def test_the_worked_example_of_the_forward_prompt_holds():
    x = np.array([[1.0], [2.0], [3.0], [6.0]])
    start = np.zeros(1), np.ones(1)
    options = {"training": True, "momentum": 0.3, "eps": 0.5}
    y, (mean, var) = in_place_on_its_own(
        x, np.array([2.0]), np.zeros(1), start, **options
    )
    assert y.tolist() == [[-2.0], [-1.0], [0.0], [3.0]]
    np.testing.assert_allclose([mean[0], var[0]], [0.9, 2.1], rtol=1e-12)


def test_the_worked_example_of_the_module_prompt_holds():
    layer = TwoBranches(1, eps=0.5, momentum=0.3)
    y = layer(torch.tensor([[1.0], [2.0], [3.0], [6.0]]))
    assert y.tolist() == [[-1.0], [-0.5], [0.0], [1.5]]
    found = [layer.running_mean.item(), layer.running_var.item()]
    np.testing.assert_allclose(found, [0.9, 2.1], rtol=1e-6)
    assert abs(layer.eval()(torch.tensor([[0.9]])).item()) < 1e-6


def test_the_worked_example_of_the_fold_prompt_holds():
    W, b = one_line_each(
        np.array([[1.0, 1.0], [0.0, 2.0]]),
        np.array([1.0, 0.0]),
        np.array([2.0, 1.0]),
        np.array([0.0, 5.0]),
        (np.array([3.0, 4.0]), np.array([0.5, 3.5])),
        0.5,
    )
    assert W.tolist() == [[2.0, 0.5], [0.0, 1.0]] and b.tolist() == [-4.0, 3.0]
