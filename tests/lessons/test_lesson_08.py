"""Lesson 08: its claims fail when what they are about is taken away."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from lesson_cells import build_instead, failing_claim, let_stand_in, run_cells
from torch import nn

from coursekit import reference
from coursekit.experiments import (
    batch_size,
    net_diagnostics,
    norm_curves,
    norm_placement,
    norm_placement_training,
    training,
    without_centring,
    zero_last_norm,
)

STARTS = ("guess-the-last-gradient", "run-the-placements")


def shorten(monkeypatch, module, **changes):
    """Let the lesson's own configuration of an experiment cost a test less."""
    config = replace(module.Config(), **changes)
    monkeypatch.setattr(module, "Config", lambda **more: replace(config, **more))


@pytest.fixture
def five_seeds(monkeypatch):
    """Enough for the medians of nets at initialization."""
    shorten(monkeypatch, norm_placement, seeds=range(5), depths=(2, 12, 48))


@pytest.fixture
def one_seed(monkeypatch):
    """Train one net where the lesson trains some, and of depths those compared."""
    shorten(monkeypatch, norm_placement, seeds=(0,), depths=(2, 12, 48))
    shorten(monkeypatch, norm_placement_training, seeds=(0,))
    shorten(monkeypatch, norm_curves, seeds=(0,), steps=60)
    shorten(monkeypatch, batch_size, seeds=(0,))
    shorten(monkeypatch, zero_last_norm, seeds=(0,))


def test_claims_hold_when_nothing_is_taken_away(five_seeds):
    run_cells(
        "08",
        *STARTS,
        "what-the-last-gradients-say",
        "guess-the-trunk",
        "run-the-trunk",
        "check-the-identity",
        "guess-the-group-means",
        "run-the-group-means",
    )


def test_without_norms_on_the_trunk_post_ln_falls_or_explodes(five_seeds, monkeypatch):
    monkeypatch.setattr(norm_placement.nn, "LayerNorm", lambda _: nn.Identity())
    assert "Pre-LN" in failing_claim("08", *STARTS, "what-the-last-gradients-say")


def test_trunk_is_not_starved_when_post_ln_stands_in_the_branch(one_seed, monkeypatch):
    right = norm_placement.new_net
    monkeypatch.setattr(
        norm_placement, "new_net", lambda _, **shape: right("pre", **shape)
    )
    cells = (*STARTS, "guess-the-trunk", "run-the-trunk")
    assert "Post-LN, 12 blocks" in failing_claim("08", *cells)


def test_loss_stays_at_chance_when_the_final_norm_is_kept(one_seed, monkeypatch):
    right = norm_placement.new_net

    def with_final_norm(placement, **shape):
        return right(placement.removesuffix(" without final norm"), **shape)

    monkeypatch.setattr(norm_placement, "new_net", with_final_norm)
    cells = (*STARTS, "guess-the-start-loss", "run-the-final-norm")
    assert "far too sure" in failing_claim("08", *cells)


def test_post_ln_learns_when_its_norm_moves_into_the_branch(one_seed, monkeypatch):
    pre = {"post": "pre"}
    let_stand_in(monkeypatch, norm_placement_training, "train_nets", placement=pre)
    cells = ("guess-post-training", "run-the-training", "what-the-training-says")
    assert "stays near chance" in failing_claim("08", *cells)


def test_warm_up_that_is_left_out_helps_nobody(one_seed, monkeypatch):
    monkeypatch.setattr(training, "warmth", lambda *_: 1.0)
    whole = norm_placement_training.run
    monkeypatch.setattr(  # the others are only drawn beside the one that warms up
        norm_placement_training,
        "run",
        lambda config: whole(config if config.warm_up else replace(config, steps=20)),
    )
    cells = ("guess-post-training", "run-the-training", "guess-the-warm-up")
    attempts = ("run-the-warm-up", "run-smaller-steps", "what-the-attempts-say")
    assert "away from chance" in failing_claim("08", *cells, *attempts)


def test_rms_norm_that_centres_is_blind_to_a_shift(monkeypatch):
    right = reference.rms_norm_forward
    monkeypatch.setattr(
        reference,
        "rms_norm_forward",
        lambda x, gamma, eps=1e-5: right(x - x.mean(-1, keepdims=True), gamma, eps),
    )
    assert "Without centring it is not" in failing_claim("08", "check-the-identity")


def test_trunk_that_is_not_centred_needs_layer_norm(monkeypatch):
    monkeypatch.setattr(without_centring, "centre_output", lambda layer: None)
    cells = ("check-the-identity", "read-the-centring", "run-the-centring")
    assert "computes the same" in failing_claim("08", *cells)


def test_group_norm_over_the_batch_is_neither_end(monkeypatch):
    right = reference.group_norm_forward

    def over_the_batch(x, groups, gamma, beta):
        _, cache = right(x, groups, gamma, beta)
        return (x - x.mean(0)) / x.std(0), cache

    monkeypatch.setattr(reference, "group_norm_forward", over_the_batch)
    cells = ("guess-the-group-means", "run-the-group-means", "check-the-ends")
    assert "G = 1 is layer norm" in failing_claim("08", *cells)


@pytest.mark.slow
def test_norms_that_look_at_the_batch_mind_pairs(one_seed, monkeypatch):
    batch = dict.fromkeys(batch_size.NORMS, "batch")
    let_stand_in(monkeypatch, batch_size, "accuracies_of", norm=batch)
    cells = ("guess-the-pairs", "run-the-pairs", "what-the-pairs-say")
    assert "does not mind pairs" in failing_claim("08", *cells)


def test_first_norm_is_straight_when_all_vectors_have_one_size(one_seed, monkeypatch):
    right = norm_curves.fit

    def even(entries, normalized):
        rows = np.random.default_rng(0).uniform(0.95, 1.05, size=(len(entries), 1))
        return right(rows * normalized, normalized)

    monkeypatch.setattr(norm_curves, "fit", even)
    cells = ("guess-the-tanh", "run-the-curves", "what-the-curves-say")
    assert "First norm" in failing_claim("08", *cells)


def test_zero_changes_nothing_when_it_is_not_set(one_seed, monkeypatch):
    build_instead(monkeypatch, zero_last_norm, "new_net", start={"zero-last": "he"})
    cells = ("guess-the-zero", "run-the-zero", "what-the-zero-says")
    assert "zero helps" in failing_claim("08", *cells)


@cache
def diagnosed(fault, steps):
    return _diagnose(net_diagnostics.Config(fault, steps=steps))


_diagnose = net_diagnostics.run


@pytest.mark.parametrize(
    ("mended", "steps", "cell", "claim"),
    [
        ("evaluates on the batch", 40, "check-the-evidence", "B: sorted batches"),
        ("one block for all", 1, "check-the-evidence", "E: one block's worth"),
        ("detached statistics", 1, "check-the-gradients", "C: its gradient is wrong"),
        ("unmasked skip", 1, "check-the-gradients", "D: so is this one"),
    ],
)
def test_mended_fault_leaves_no_symptom(monkeypatch, mended, steps, cell, claim):
    def run(config):
        if config.fault == mended:
            return diagnosed("healthy", steps)
        return diagnosed(config.fault, 1)

    monkeypatch.setattr(net_diagnostics, "run", run)
    cells = ("guess-the-count", "run-the-count", "run-the-diagnostics", "errors-by-net")
    assert claim in failing_claim("08", *cells, cell)
