"""Lesson 07: its claims fail when what they are about is taken away."""

import pytest
from lesson_cells import failing_claim, let_stand_in, run_cells
from torch import nn

from coursekit.experiments import (
    batch_independence,
    batch_size,
    eps_placement,
    learned_affine,
)


def test_claims_hold_when_nothing_is_taken_away():
    run_cells("07", "guess-outside", "run-eps", "what-eps-says")


def test_eps_inside_twice_shows_no_difference(monkeypatch):
    right = eps_placement.normalize
    monkeypatch.setattr(
        eps_placement,
        "normalize",
        lambda x, *, eps, placement: right(x, eps=eps, placement="inside"),
    )
    said = failing_claim("07", "guess-outside", "run-eps", "what-eps-says")
    assert "outside puts out" in said


def test_norm_over_the_batch_spreads_the_nan(monkeypatch):
    monkeypatch.setattr(
        batch_independence,
        "layer_norm_forward",
        lambda x, *_: (x - x.mean(axis=0), None),
    )
    said = failing_claim("07", "guess-the-damage", "run-the-damage")
    assert "one row has a NaN" in said


@pytest.mark.slow
def test_batch_norm_in_the_place_of_layer_norm_has_no_lead(monkeypatch):
    let_stand_in(monkeypatch, batch_size, "accuracies_of", norm={"layer": "batch"})
    whole = batch_size.Config
    monkeypatch.setattr(
        batch_size,
        "Config",
        lambda seeds: whole(seeds=seeds[:1], batch_sizes=(2, 16, 32)),
    )
    cells = ("guess-batch-norm", "run-batch-sizes", "what-batch-sizes-say")
    assert "layer norm" in failing_claim("07", *cells).lower()


def test_frozen_gamma_and_beta_do_not_move(monkeypatch):
    class Frozen(nn.LayerNorm):
        def __init__(self, width, elementwise_affine):
            super().__init__(width, elementwise_affine=elementwise_affine)
            self.requires_grad_(False)

    monkeypatch.setattr(learned_affine.nn, "LayerNorm", Frozen)
    cells = ("guess-the-spread", "run-the-affine", "what-the-affine-says")
    assert "moves away from 1" in failing_claim("07", *cells)
