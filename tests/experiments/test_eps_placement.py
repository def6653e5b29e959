"""eps inside or outside the root: formulas, code and autograd tell the same."""

import numpy as np
import pytest
import torch

from coursekit.experiments import eps_placement as experiment


def test_both_forms_as_code_follow_their_formula_at_every_variance():
    result = experiment.run(experiment.Config())
    for placement in experiment.PLACEMENTS:
        formula = experiment.output_std(
            result.variances, eps=result.eps, placement=placement
        )
        np.testing.assert_allclose(getattr(result, placement), formula, rtol=1e-9)


def test_inside_form_is_torchs_layer_norm():
    x = torch.from_numpy(np.random.default_rng(0).normal(size=(4, 6)))
    ours = experiment.normalize(x, eps=0.1, placement="inside")
    theirs = torch.nn.functional.layer_norm(x, (6,), eps=0.1)
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)


def test_outside_form_is_not_torchs_layer_norm():
    x = torch.from_numpy(np.random.default_rng(0).normal(size=(4, 6)))
    ours = experiment.normalize(x, eps=0.1, placement="outside")
    theirs = torch.nn.functional.layer_norm(x, (6,), eps=0.1)
    assert (ours - theirs).abs().max() > 0.01


def test_ratio_at_a_tiny_variance_is_lost_when_eps_moves_inside(monkeypatch):
    honest = experiment.run(experiment.Config())
    assert honest.outside[0] / honest.inside[0] > 150

    def always_inside(x, *, eps, placement):
        return torch.nn.functional.layer_norm(x, x.shape[-1:], eps=eps)

    monkeypatch.setattr(experiment, "normalize", always_inside)
    broken = experiment.run(experiment.Config())
    assert broken.outside[0] / broken.inside[0] == pytest.approx(1)
    assert np.isfinite(broken.gradient_outside).all()


def test_only_the_outside_form_has_nan_gradients_at_a_constant_vector():
    result = experiment.run(experiment.Config(d=4))
    np.testing.assert_allclose(
        result.gradient_inside, np.array([3, -1, -1, -1]) / 4 / np.sqrt(1e-5)
    )
    assert np.isnan(result.gradient_outside).all()


def test_largest_slope_away_from_zero_is_one_over_the_root():
    x = np.array([1.0, -1.0, 1.0, -1.0])
    slope = experiment.largest_slope(x, eps=0.5, placement="outside")
    assert slope == pytest.approx(1 / 1.5)


@pytest.mark.parametrize("function", [experiment.normalize, experiment.output_std])
def test_unknown_placement_is_named(function):
    with pytest.raises(ValueError, match="placement must be one of inside, outside"):
        function(torch.ones(3), eps=1e-5, placement="above")
