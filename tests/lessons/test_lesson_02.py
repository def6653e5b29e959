"""Lesson 02: its claims fail when what they are about is taken away."""

from functools import partial

import pytest
import torch
from lesson_cells import failing_claim, run_cells
from torch import nn

import coursekit.reference
from coursekit.experiments import (
    gradient_by_form,
    gradient_split,
    grown_net,
    identity_baseline,
    open_skips,
    scaled_skip,
)
from coursekit.nets import PlainNet, ResidualBlock
from coursekit.reference.branch import branch_backward

DEEP = ("guess-deep", "run-deep", "what-deep-says")
ZERO = ("guess-tanh", "run-zero", "what-zero-says")
OPEN = ("guess-open", "run-open", "what-open-says")
GROW = ("guess-grow", "run-grow", "what-grow-says")


def test_claims_hold_when_nothing_is_taken_away():
    run_cells("02", *DEEP, *ZERO, *OPEN)


def always(monkeypatch, module, mode):
    """Build every residual net of an experiment in one mode, whatever was asked for."""
    right = module.ResidualNet

    def new_net(*sizes, mode, **options):
        del mode
        return right(*sizes, mode=forced, **options)

    forced = mode
    monkeypatch.setattr(module, "ResidualNet", new_net)


def without_skips(monkeypatch):
    """Build plain nets in place of residual ones."""

    def new_net(*sizes, mode, **options):
        del mode
        return PlainNet(*sizes, **options)

    monkeypatch.setattr(gradient_by_form, "ResidualNet", new_net)


def test_gradient_vanishes_when_the_activation_stays_on_the_road(monkeypatch):
    always(monkeypatch, gradient_by_form, "post")
    assert "Pre-activation: all of it" in failing_claim("02", *DEEP)


def test_nothing_helps_without_the_skip_paths(monkeypatch):
    without_skips(monkeypatch)
    assert "by more than 50 times" in failing_claim("02", *DEEP)


def test_relu_gradient_does_not_grow_without_the_skip_paths(monkeypatch):
    without_skips(monkeypatch)
    assert "does not vanish" in failing_claim("02", *DEEP[:2], "run-relu-factor")


def test_blocks_with_weights_are_no_identity(monkeypatch):
    def with_weights(activation, mode):
        options = {"mode": mode, "activation": activation, "dtype": torch.float64}
        return ResidualBlock(1, 1, **options)

    monkeypatch.setattr(identity_baseline, "zero_block", with_weights)
    assert "Leaky ReLU too" in failing_claim("02", *ZERO)


def test_pre_activation_is_what_makes_every_block_the_identity(monkeypatch):
    right = identity_baseline.zero_block
    monkeypatch.setattr(
        identity_baseline,
        "zero_block",
        lambda activation, mode: right(activation, "post"),
    )
    said = failing_claim("02", *ZERO, "check-pre")
    assert "always the identity" in said


def test_grown_nets_change_when_z_is_not_zero(monkeypatch):
    monkeypatch.setattr(grown_net, "zero_last", lambda block: None)
    monkeypatch.setattr(
        grown_net, "Config", partial(grown_net.Config, steps=20, more_steps=1)
    )
    assert "no loss changes" in failing_claim("02", *GROW)


def test_no_skip_path_is_cut_without_the_activation_on_the_road(monkeypatch):
    always(monkeypatch, open_skips, "pre")
    assert "After 5 blocks" in failing_claim("02", *OPEN)


def test_split_shows_no_cut_without_the_activation_on_the_road(monkeypatch):
    always(monkeypatch, gradient_split, "pre")
    assert "about a fifth" in failing_claim("02", "run-split")


def test_lambda_does_nothing_when_it_is_not_on_the_road(monkeypatch):
    monkeypatch.setattr(scaled_skip, "Multiplier", lambda alpha, learned: nn.Identity())
    said = failing_claim("02", "guess-scaled", "run-scaled")
    assert "0.9 to the power of 50" in said


@pytest.mark.parametrize(
    ("skip", "said"),
    [
        (lambda dout, ds: dout, "da is (5, 0)"),
        (lambda dout, ds: 0 * ds, "da is (5, 0)"),
    ],
    ids=["mask missing on the skip path", "skip path forgotten"],
)
def test_wrong_backward_passes_are_found(monkeypatch, skip, said):
    def wrong(dout, cache):
        a, z1, s, W1, W2 = cache
        ds = dout * (s > 0)
        da, *parameters = branch_backward(ds, a, z1, W1, W2)
        return skip(dout, ds) + da, *parameters

    monkeypatch.setattr(coursekit.reference, "residual_backward", wrong)
    assert said in failing_claim("02", "guess-small", "run-small")
    assert "central differences" in failing_claim("02", "run-the-backward")
