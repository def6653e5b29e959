"""Lesson 08: its claims fail when what they are about is taken away."""

from dataclasses import replace

import numpy as np
import pytest
from lesson_cells import failing_claim, run_cells
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


@pytest.fixture
def few_seeds(monkeypatch):
    """Let the lesson's own configurations cost a test less."""

    def shorter(module, **changes):
        config = replace(module.Config(), **changes)
        monkeypatch.setattr(module, "Config", lambda **more: replace(config, **more))

    shorter(norm_placement, seeds=(0, 1, 2, 3, 4))
    shorter(norm_placement_training, seeds=(0,))
    shorter(norm_curves, seeds=(0,), steps=60)
    shorter(batch_size, seeds=(0,))
    shorter(zero_last_norm, seeds=(0,))


def test_claims_hold_when_nothing_is_taken_away(few_seeds):
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


def test_without_norms_on_the_trunk_post_ln_falls_or_explodes(few_seeds, monkeypatch):
    monkeypatch.setattr(norm_placement.nn, "LayerNorm", lambda _: nn.Identity())
    assert "Pre-LN" in failing_claim("08", *STARTS, "what-the-last-gradients-say")


def test_trunk_is_not_starved_when_post_ln_stands_in_the_branch(few_seeds, monkeypatch):
    right = norm_placement.new_net
    monkeypatch.setattr(
        norm_placement, "new_net", lambda _, **shape: right("pre", **shape)
    )
    cells = (*STARTS, "guess-the-trunk", "run-the-trunk")
    assert "Post-LN, 12 blocks" in failing_claim("08", *cells)


def test_loss_stays_at_chance_when_the_final_norm_is_kept(few_seeds, monkeypatch):
    right = norm_placement.new_net

    def with_final_norm(placement, **shape):
        return right(placement.removesuffix(" without final norm"), **shape)

    monkeypatch.setattr(norm_placement, "new_net", with_final_norm)
    cells = (*STARTS, "guess-the-start-loss", "run-the-final-norm")
    assert "far too sure" in failing_claim("08", *cells)


def test_post_ln_learns_when_its_norm_moves_into_the_branch(few_seeds, monkeypatch):
    right = norm_placement_training.new_net
    monkeypatch.setattr(
        norm_placement_training, "new_net", lambda _, **shape: right("pre", **shape)
    )
    cells = ("guess-post-training", "run-the-training", "what-the-training-says")
    assert "stays near chance" in failing_claim("08", *cells)


def test_warm_up_that_is_left_out_helps_nobody(few_seeds, monkeypatch):
    monkeypatch.setattr(training, "warmth", lambda *_: 1.0)
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
def test_norms_that_look_at_the_batch_mind_pairs(few_seeds, monkeypatch):
    monkeypatch.setattr(
        batch_size, "NORMS", dict.fromkeys(batch_size.NORMS, nn.BatchNorm1d)
    )
    cells = ("guess-the-pairs", "run-the-pairs", "what-the-pairs-say")
    assert "does not mind pairs" in failing_claim("08", *cells)


def test_first_norm_is_straight_when_all_vectors_have_one_size(few_seeds, monkeypatch):
    right = norm_curves.fit

    def even(entries, normalized):
        rows = np.random.default_rng(0).uniform(0.95, 1.05, size=(len(entries), 1))
        return right(rows * normalized, normalized)

    monkeypatch.setattr(norm_curves, "fit", even)
    cells = ("guess-the-tanh", "run-the-curves", "what-the-curves-say")
    assert "First norm" in failing_claim("08", *cells)


def test_zero_changes_nothing_when_it_is_not_set(few_seeds, monkeypatch):
    right = zero_last_norm.ResidualNet
    monkeypatch.setattr(
        zero_last_norm,
        "ResidualNet",
        lambda *sizes, init, **more: right(*sizes, init="he", **more),
    )
    cells = ("guess-the-zero", "run-the-zero", "what-the-zero-says")
    assert "zero helps" in failing_claim("08", *cells)


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
    short = replace(net_diagnostics.Config(), steps=steps)
    monkeypatch.setattr(net_diagnostics, "Config", lambda: short)
    faults = {**net_diagnostics.FAULTS, mended: net_diagnostics.healthy}
    monkeypatch.setattr(net_diagnostics, "FAULTS", faults)
    cells = ("guess-the-count", "run-the-count", "run-the-diagnostics", "errors-by-net")
    assert claim in failing_claim("08", *cells, cell)
