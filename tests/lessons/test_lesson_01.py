"""Lesson 01: its claims fail when what they are about is taken away."""

from functools import cache, partial

import pytest
from lesson_cells import failing_claim, run_cells
from torch import nn

import coursekit.nets
from coursekit.experiments import (
    degradation,
    gradient_growth,
    identity_layers,
    plain_gradients,
)
from coursekit.nets import PlainNet
from coursekit.nets.drawing import HE

GAINS = (
    "check-torchs-gain",
    "read-the-prediction",
    "guess-torchs-default",
    "run-three-gains",
    "what-three-gains-say",
)
TRAINING = ("guess-degradation", "run-degradation")


def always_he(*args, gain, **kwargs):
    return PlainNet(*args, gain=HE, **kwargs)


@pytest.fixture
def one_seed(monkeypatch):
    """Train one net of each depth: these claims must fail for any seed."""
    one = partial(degradation.Config, seeds=(0,))
    monkeypatch.setattr(degradation, "Config", one)


def plain_net_of(**changes):
    """Return an entry of `degradation.KINDS` with another norm or gain."""
    return lambda width, blocks, generator: PlainNet(
        64, 10, depth=blocks, width=width, layers=2, generator=generator, **changes
    )


def quick(run):
    """Return ``run`` for depths 4 and 20 and at most 8 epochs; the same run is one."""
    once = cache(run)

    def run_quickly(config):
        options = {**vars(config), "depths": (4, 20), "epochs": min(8, config.epochs)}
        return once(degradation.Config(**options))

    return run_quickly


def test_claims_hold_when_nothing_is_taken_away():
    run_cells("01", *GAINS, "guess-the-update", "run-the-update")


def test_nothing_vanishes_when_every_net_has_hes_gain(monkeypatch):
    monkeypatch.setattr(plain_gradients, "PlainNet", always_he)
    assert "it vanishes" in failing_claim("01", *GAINS)


def test_weights_change_when_the_net_has_hes_gain(monkeypatch):
    monkeypatch.setattr(coursekit.nets, "PlainNet", always_he)
    cells = ("guess-the-update", "run-the-update", "what-the-update-says")
    assert "Not one of them" in failing_claim("01", "check-torchs-gain", *cells)


def test_sigmoid_with_a_steeper_slope_keeps_more(monkeypatch):
    monkeypatch.setitem(plain_gradients.ACTIVATIONS, "sigmoid", nn.Tanh)
    cells = ("read-the-prediction", "guess-sigmoid", "run-sigmoid")
    assert "What is left" in failing_claim("01", *cells)


def test_norm_that_does_not_look_at_the_batch_does_not_explode(monkeypatch):
    kinds = dict(gradient_growth.KINDS)
    kinds["plain batch norm"] = kinds["plain layer norm"]
    monkeypatch.setattr(gradient_growth, "KINDS", kinds)
    cells = ("guess-batch-norm", "run-the-norms", "draw-the-norms")
    assert "1.2 a layer" in failing_claim("01", *cells, "what-the-norms-say")


def test_depth_does_not_hurt_nets_with_shortcuts(monkeypatch, one_seed):
    kinds = {"plain": degradation.KINDS["residual"]}
    monkeypatch.setattr(degradation, "KINDS", kinds)
    said = failing_claim("01", *TRAINING, "what-degradation-says")
    assert "12 layers are worse" in said or "4 layers reach" in said


def test_gap_closes_in_time_for_nets_with_shortcuts(monkeypatch, one_seed):
    kinds = {"plain": degradation.KINDS["residual"]}
    monkeypatch.setattr(degradation, "KINDS", kinds)
    monkeypatch.setattr(degradation, "run", quick(degradation.run))
    said = failing_claim("01", *TRAINING, "guess-the-ratio", "run-longer")
    assert "gap has not closed" in said


def test_first_layers_gradient_is_short_without_norm_and_gain(monkeypatch, one_seed):
    weak = plain_net_of(gain=plain_gradients.TORCH_DEFAULT)
    monkeypatch.setattr(degradation, "KINDS", {"plain": weak})
    cells = ("guess-first-gradient", "run-first-gradient")
    assert "it is longer" in failing_claim("01", *TRAINING, *cells)


def test_losses_disagree_when_batch_norm_remembers_nothing(monkeypatch, one_seed):
    forgetful = plain_net_of(norm=partial(nn.BatchNorm1d, momentum=0.0))
    monkeypatch.setattr(degradation, "KINDS", {"plain": forgetful})
    assert "both losses agree" in failing_claim("01", *TRAINING, "check-the-norm")


def test_layers_left_as_drawn_do_not_pass_on_their_input(monkeypatch, one_seed):
    monkeypatch.setattr(identity_layers, "set_to_identity", lambda block, a: None)
    monkeypatch.setattr(degradation, "run", quick(degradation.run))
    cells = ("read-the-identity", "guess-the-built-net", "run-the-built-net")
    assert "as good as the 4-layer net" in failing_claim("01", *TRAINING, *cells)
