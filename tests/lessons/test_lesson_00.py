"""Lesson 00: its claims fail when what they are about is taken away."""

import numpy as np
from lesson_cells import failing_claim, run_cells

from coursekit import reference
from coursekit.experiments import degenerate_loss, difference_error
from coursekit.explorers import axis_picker

STEPS = ("predict-step", "try-steps", "claim-step", "check-the-theory")
CENTRE = ("centre", "predict-first-try", "compare-gradients")
CANDIDATES = ("predict-passes", "run-candidates", "claim-candidates")


def test_claims_hold_when_nothing_is_taken_away():
    run_cells("00", *STEPS, *CENTRE, *CANDIDATES, "predict-zero", "compare-zero")


def test_batch_norm_over_the_batch_alone_shares_less(monkeypatch):
    monkeypatch.setitem(axis_picker.SETTINGS, "batch norm", ((0,), "batch alone"))
    said = failing_claim("00", "draw-who-shares", "count-who-shares")
    assert "Batch norm: 3 times 4" in said


def test_one_sided_difference_has_another_best_step(monkeypatch):
    def one_sided(f, x, h):
        width = np.where(x + h > x, x + h - x, np.nan).astype(x.dtype)
        return (f(x + h) - f(x)) / width

    monkeypatch.setattr(difference_error, "central_difference", one_sided)
    assert "best step is in the middle" in failing_claim("00", *STEPS)


def test_without_rounding_the_smallest_step_is_best(monkeypatch):
    def exact_arithmetic(f, x, h):
        return np.cos(x) * np.sinc(h / np.pi)

    monkeypatch.setattr(difference_error, "central_difference", exact_arithmetic)
    assert "best step is in the middle" in failing_claim("00", *STEPS)


def test_gradient_that_ignores_df_condemns_the_right_try(monkeypatch):
    right = reference.numerical_gradient
    monkeypatch.setattr(
        reference,
        "numerical_gradient",
        lambda f, x, df: right(f, x, df=np.ones_like(x) * np.arange(4)),
    )
    assert "The second is right" in failing_claim("00", *CENTRE)


def test_relative_error_with_a_floor_hides_the_zero(monkeypatch):
    monkeypatch.setattr(
        reference, "relative_error", lambda a, b: abs(a - b).max() / (1 + abs(b).max())
    )
    cells = ("centre", "predict-zero", "compare-zero")
    assert "relative error is 1" in failing_claim("00", *cells)


def test_loss_that_depends_on_x_has_a_gradient(monkeypatch):
    losses = degenerate_loss.LOSSES
    monkeypatch.setitem(losses, "squares", losses["fourth powers"])
    said = failing_claim("00", *CANDIDATES)
    assert "sum of squares has a gradient near" in said


def test_candidate_without_a_fault_passes_on_fourth_powers_too(monkeypatch):
    right = degenerate_loss.right
    monkeypatch.setitem(degenerate_loss.CANDIDATES, "forgets the mean", right)
    assert "Only the right one passes" in failing_claim("00", *CANDIDATES)
