"""Lesson 05: its claims fail when what they are about is taken away."""

from dataclasses import replace

import numpy as np
import pytest
from lesson_cells import failing_claim, let_stand_in, run_cells
from torch import nn

from coursekit.experiments import (
    batch_neighbours,
    batch_size,
    folding,
    robustness,
    running_statistics,
    train_eval_gap,
)


@pytest.fixture
def one_seed(monkeypatch):
    """Let every experiment train one seed: the claims are about medians anyway."""

    def shorten(module):
        whole = module.run
        monkeypatch.setattr(
            module, "run", lambda config: whole(replace(config, seeds=(0,)))
        )

    return shorten


@pytest.fixture
def fresh_nets():
    train_eval_gap.trained_net.cache_clear()
    yield
    train_eval_gap.trained_net.cache_clear()


NOISE = ("guess-the-noise", "run-the-noise", "what-the-noise-says")
GAP = ("guess-the-gap", "run-the-gap", "what-the-gap-says")
FOLD = ("guess-the-fold", "run-the-fold", "what-the-fold-says")
MEMORY = ("guess-the-memory", "run-the-memory")
OFFSET = (*MEMORY, "guess-the-negative", "run-the-offset", "what-the-offset-says")


def test_claims_hold_when_nothing_is_taken_away():
    run_cells("05", *NOISE, *MEMORY, "batches-of-four")
    run_cells("05", *FOLD)
    run_cells("05", *GAP)


def test_noise_is_gone_when_training_uses_the_running_statistics(monkeypatch):
    right = batch_neighbours.batch_norm_forward

    def in_evaluation(*arrays, training, eps):
        return right(*arrays, training=False, eps=eps)

    monkeypatch.setattr(batch_neighbours, "batch_norm_forward", in_evaluation)
    assert "64 samples, as derived" in failing_claim("05", *NOISE)


def test_momentum_the_other_way_round_remembers_too_much(monkeypatch):
    right = running_statistics.remember
    monkeypatch.setattr(
        running_statistics, "remember", lambda old, new, m: right(old, new, 1 - m)
    )
    said = failing_claim("05", *MEMORY)
    assert "65 % of 5" in said


def test_without_the_correction_torch_is_not_matched(monkeypatch):
    right = running_statistics.run

    def biased_only(config):
        found = right(config)
        return replace(found, variances=found.biased)

    monkeypatch.setattr(running_statistics, "run", biased_only)
    said = failing_claim("05", *MEMORY, "batches-of-four")
    assert "With N - 1" in said


def test_layer_norm_in_the_place_of_batch_norm_has_no_gap(
    monkeypatch, one_seed, fresh_nets
):
    monkeypatch.setattr(train_eval_gap.nn, "BatchNorm1d", nn.LayerNorm)
    one_seed(train_eval_gap)
    assert "pairs cost a lot" in failing_claim("05", *GAP)


@pytest.fixture
def layer_norm_for_batch_norm(monkeypatch):
    let_stand_in(monkeypatch, robustness, "trained", norm={"batch": "layer"})


@pytest.fixture
def no_scales(monkeypatch):
    """Leave out the training of the scales' cell, which also imports the module."""
    whole = robustness.run

    def run(config):
        if len(config.scales) == 1:
            return whole(config)
        shape = (len(config.norms), len(config.scales), 1, 1)
        return robustness.Result(
            config.norms, np.array(config.scales), np.ones(1), np.ones(shape)
        )

    monkeypatch.setattr(robustness, "run", run)


SCALES = ("guess-the-scale", "run-the-scales")


@pytest.mark.slow
@pytest.mark.usefixtures("layer_norm_for_batch_norm")
def test_layer_norm_in_the_place_of_batch_norm_needs_the_right_scale(one_seed):
    one_seed(robustness)
    said = failing_claim("05", *SCALES, "what-the-scales-say")
    assert "at every scale" in said


@pytest.mark.slow
@pytest.mark.usefixtures("layer_norm_for_batch_norm", "no_scales")
def test_layer_norm_in_the_place_of_batch_norm_fails_at_a_high_rate(one_seed):
    one_seed(robustness)
    rates = ("guess-the-rate", "run-the-rates", "what-the-rates-say")
    assert "At 3, batch norm learns" in failing_claim("05", *SCALES, *rates)


@pytest.mark.usefixtures("layer_norm_for_batch_norm", "no_scales")
def test_layer_norm_in_the_place_of_batch_norm_sees_all_images_alike():
    assert "they do not" in failing_claim("05", *SCALES, "run-the-likeness")


@pytest.mark.slow
def test_layer_norm_in_the_place_of_batch_norm_needs_no_company(monkeypatch, one_seed):
    let_stand_in(monkeypatch, batch_size, "accuracies_of", norm={"batch": "layer"})
    one_seed(batch_size)
    cells = ("guess-the-small", "run-the-small", "what-the-small-says")
    assert "In pairs" in failing_claim("05", *cells)


def test_one_pass_twice_leaves_nothing_exact(monkeypatch):
    formulas = dict.fromkeys(("one_pass", "two_pass"), running_statistics.one_pass)
    monkeypatch.setattr(running_statistics, "FORMULAS", formulas)
    assert "Two passes" in failing_claim("05", *OFFSET)


def test_two_passes_twice_leave_nothing_below_zero(monkeypatch):
    formulas = dict.fromkeys(("one_pass", "two_pass"), running_statistics.two_pass)
    monkeypatch.setattr(running_statistics, "FORMULAS", formulas)
    assert "below zero" in failing_claim("05", *OFFSET)


def test_folding_that_forgets_the_running_mean_changes_the_outputs(monkeypatch):
    right = folding.fold_batch_norm

    def without_mean(W, b, gamma, beta, running, eps):
        return right(W, b, gamma, beta, running._replace(mean=0 * running.mean), eps)

    monkeypatch.setattr(folding, "fold_batch_norm", without_mean)
    assert "hardly change" in failing_claim("05", *FOLD)
