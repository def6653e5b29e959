"""How the trunk of a fresh residual net grows, at a size that a test can afford."""

from itertools import product

import numpy as np
import pytest

from coursekit.experiments import signal_variance as experiment
from coursekit.nets import ResidualNet
from coursekit.reference import variance_after

SMALL = {"depth": 10, "width": 256, "samples": 128}


def run(**changes):
    return experiment.run(experiment.Config(**{**SMALL, **changes}))


def test_without_a_norm_the_variance_doubles_in_every_block():
    result = run()
    assert ((result.slopes(log2=True) > 0.85) & (result.slopes(log2=True) < 1.15)).all()
    assert (result.fits(log2=True) > 0.99).all()


@pytest.mark.parametrize("norm", ["batch", "layer"])
def test_with_a_norm_it_grows_along_a_line(norm):
    result = run(norm=norm)
    assert ((result.slopes() > 0.85) & (result.slopes() < 1.15)).all()
    assert (result.fits() > 0.99).all()
    assert np.median(result.ratios[:, -1]) == pytest.approx(10**-0.5, rel=0.1)


def test_scaled_branches_keep_it_bounded_at_any_depth():
    for depth in (5, 40):
        last = run(start="scaled", depth=depth).variances[:, -1]
        assert ((last > 1.8) & (last < 3.3)).all()


def test_a_zero_last_layer_keeps_it_exactly():
    result = run(start="zero-last")
    assert (result.ratios == 0).all()
    np.testing.assert_array_equal(result.variances[:, -1], result.variances[:, 0])


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "residual"),
        ({"start": "scaled"}, "scaled"),
        ({"norm": "batch"}, "pre-norm"),
        ({"start": "zero-last", "norm": "layer"}, "zero-init"),
    ],
)
def test_expectation_is_the_closed_form_of_the_reference(changes, kind):
    expected = experiment.expected(experiment.Config(**{**SMALL, **changes}))
    closed = [variance_after(block, kind, blocks=10) for block in range(11)]
    np.testing.assert_allclose(expected, closed, rtol=1e-9)


@pytest.mark.parametrize(
    ("start", "norm", "gain"),
    [
        (start, norm, gain)
        for start, norm in product(experiment.STARTS, experiment.NORMS)
        for gain in (0.8, 1.8)
    ],
)
def test_expectation_is_met_for_every_start_norm_and_gain(start, norm, gain):
    result = run(start=start, norm=norm, gain=gain, depth=6)
    middle = np.median(result.variances[:, -1])
    assert middle == pytest.approx(result.expected[-1], rel=0.3)


def test_same_seed_gives_the_same_variances():
    np.testing.assert_array_equal(run().variances, run().variances)


def test_without_the_skip_nothing_grows(monkeypatch):
    def plain(self, x):
        activations = [self.stem(x)]
        for block in self.blocks:
            activations.append(block.branch(activations[-1]))
        return activations

    monkeypatch.setattr(ResidualNet, "activations", plain)
    assert run().slopes(log2=True).max() < 0.3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"start": "xavier"}, "start must be one of he, scaled, .*; got 'xavier'"),
        ({"norm": "rms"}, "norm must be one of none, batch, layer; got 'rms'"),
        ({"depth": 0}, "depth must be at least 1; got 0"),
        ({"samples": 1}, "samples must be at least 2; got 1"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        run(**changes)
