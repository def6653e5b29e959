"""Lesson 06: its claims fail when what they are about is taken away."""

from lesson_cells import failing_claim, run_cells

from coursekit.experiments import (
    gradient_growth,
    gradient_inspection,
    loss_variation,
    noisy_batch_norm,
    scale_invariance,
    shattered_gradients,
    statistics_gradient,
)
from coursekit.explorers import loss_slice
from coursekit.nets import BatchNorm1d
from coursekit.reference import batch_norm_steps

ONE_SEED = {"seeds": (0,)}
CLOSED_FORM = ("guess-terms", "run-closed-form")


def configure(monkeypatch, module, **changes):
    """Give an experiment's default config other values, to make it cheap."""
    fresh = module.Config
    monkeypatch.setattr(module, "Config", lambda **more: fresh(**(changes | more)))


def test_claims_hold_when_nothing_is_taken_away():
    run_cells("06", "guess-who-answers", "run-who-answers", *CLOSED_FORM)


def test_backward_pass_without_the_variance_differs_from_the_closed_form(monkeypatch):
    right = batch_norm_steps.batch_norm_backward_steps

    def without_variance(dy, steps):
        found = right(dy, steps)
        return found._replace(dx=found.dx - found.dsq * 2 * steps.xmu)

    monkeypatch.setattr(batch_norm_steps, "batch_norm_backward_steps", without_variance)
    assert "ten steps agree" in failing_claim("06", *CLOSED_FORM)
    # through the mean alone all rows still answer
    run_cells("06", "guess-who-answers", "run-who-answers")


def test_inspection_sees_a_wrong_rule_in_the_pass_that_should_be_right(monkeypatch):
    wrong = {"sq": gradient_inspection.SLIPS["1/N of the variance forgotten"]["sq"]}
    slips = {**gradient_inspection.SLIPS, "no slip": wrong}
    monkeypatch.setattr(gradient_inspection, "SLIPS", slips)
    said = failing_claim("06", "guess-first-wrong", "run-inspection")
    assert "all ten agree" in said


def test_right_statistics_in_both_nets_make_no_bias_drift(monkeypatch):
    configure(monkeypatch, statistics_gradient, steps=60, **ONE_SEED)
    norms = dict.fromkeys(statistics_gradient.NORMS, BatchNorm1d)
    monkeypatch.setattr(statistics_gradient, "NORMS", norms)
    cells = ("guess-the-bias", "run-constants", "what-constants-say")
    assert "it drifts" in failing_claim("06", *cells)


def test_without_the_norm_the_scale_is_seen(monkeypatch):
    monkeypatch.setattr(scale_invariance, "normalize", lambda z, eps: z)
    cells = ("guess-the-gradient", "run-scale", "what-scale-says")
    assert "no factor changes the output" in failing_claim("06", *cells)


def test_without_the_norm_the_weights_need_not_grow(monkeypatch):
    configure(monkeypatch, scale_invariance, lr=0.01)
    monkeypatch.setattr(scale_invariance, "normalize", lambda z, eps: z)
    cells = ("guess-the-gradient", "run-scale", "check-growth")
    assert "longer" in failing_claim("06", *cells)


def test_layer_norm_in_the_place_of_batch_norm_does_not_explode(monkeypatch):
    configure(monkeypatch, gradient_growth, depth=20, **ONE_SEED)
    kinds = dict(gradient_growth.KINDS)
    kinds["plain batch norm"] = kinds["plain layer norm"]
    monkeypatch.setattr(gradient_growth, "KINDS", kinds)
    cells = ("guess-the-growth", "run-growth", "what-growth-says")
    assert "comes near it" in failing_claim("06", *cells)


def test_without_skips_all_gradients_shatter(monkeypatch):
    configure(monkeypatch, shattered_gradients, nets=3, depths=(24,))
    plain = shattered_gradients.KINDS["plain"]
    kinds = dict.fromkeys(shattered_gradients.KINDS, plain)
    monkeypatch.setattr(shattered_gradients, "KINDS", kinds)
    cells = ("guess-sign-changes", "run-shattered", "what-shattered-says")
    assert "Residual: much of it" in failing_claim("06", *cells)


def test_without_noise_there_is_no_more_drift(monkeypatch):
    configure(monkeypatch, noisy_batch_norm, steps=40, **ONE_SEED)
    norms = dict(noisy_batch_norm.NORMS)
    norms["noisy batch"] = norms["batch"]
    monkeypatch.setattr(noisy_batch_norm, "NORMS", norms)
    cells = ("read-the-noise", "guess-noisy", "run-noisy", "what-noisy-says")
    assert "drift at least 50 times" in failing_claim("06", *cells)


def test_the_same_net_twice_is_not_smoother(monkeypatch):
    configure(monkeypatch, loss_variation, steps=40, **ONE_SEED)
    norms = dict.fromkeys(loss_variation.NORMS, loss_variation.NORMS["batch"])
    monkeypatch.setattr(loss_variation, "NORMS", norms)
    cells = ("guess-variation", "run-variation", "what-variation-says")
    assert "loss varies far more" in failing_claim("06", *cells)


def test_the_same_net_twice_bears_the_same_steps(monkeypatch):
    norms = dict.fromkeys(loss_variation.NORMS, loss_variation.NORMS["batch"])
    monkeypatch.setattr(loss_variation, "NORMS", norms)
    loss_slice.slices.cache_clear()
    said = failing_claim("06", "draw-slice", "check-the-slice")
    loss_slice.slices.cache_clear()
    assert "Without norm: about 0.2" in said
