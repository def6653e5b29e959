"""Lesson 03: its claims fail when what they are about is taken away."""

from functools import partial

import pytest
from lesson_cells import failing_claim, let_stand_in, run_cells

import coursekit.reference
from coursekit.experiments import branch_ratio, degradation, gradient_paths, lesions
from coursekit.nets import PlainNet, networks

PATHS = ("guess-paths", "walk-the-paths", "check-the-sum")
WEIGHED = ("guess-weighed", "run-weighed", "what-weighed-says")
LESIONS = ("guess-lesion", "run-lesions", "what-lesions-say")
RATIOS = ("guess-schemes", "run-schemes")


@pytest.fixture(autouse=True)
def one_seed(monkeypatch):
    """Train one net where the lesson trains three, and of depths those compared."""
    for module, options in (
        (degradation, {"depths": (4, 20)}),
        (lesions, {"draws": 3}),
        (branch_ratio, {"steps": 30}),
    ):
        quick = partial(module.Config, seeds=(0,), **options)
        monkeypatch.setattr(module, "Config", quick)


def first_to_last(jacobians, g):
    """Sort a gradient as if it met the first block first."""
    return right(jacobians[::-1], g)


right = coursekit.reference.gradient_by_path_length


def test_exact_claims_hold_when_nothing_is_taken_away():
    run_cells("03", "check-nested", *PATHS, "check-forward", *WEIGHED)


def test_residual_nets_in_the_place_of_plain_ones_do_not_degrade(monkeypatch):
    kinds = {"plain": degradation.KINDS["residual"]}
    monkeypatch.setattr(degradation, "KINDS", kinds)
    said = failing_claim("03", "guess-plain", "run-plain", "what-plain-says")
    assert "over 5 times as large" in said


def test_plain_nets_in_the_place_of_residual_ones_degrade(monkeypatch):
    kinds = {"residual": degradation.KINDS["plain"]}
    monkeypatch.setattr(degradation, "KINDS", kinds)
    said = failing_claim("03", "guess-residual", "run-residual")
    assert "small too" in said


def test_without_norm_and_with_a_small_gain_the_first_gradient_vanishes(monkeypatch):
    def small(width, blocks, generator):
        gain = 0.577
        sizes = {"depth": blocks, "width": width, "layers": 2}
        return PlainNet(64, 10, gain=gain, generator=generator, **sizes)

    monkeypatch.setattr(degradation, "KINDS", {"plain": small})
    brief = partial(degradation.Config, epochs=1, depths=(4, 12, 20, 32))
    monkeypatch.setattr(degradation, "Config", brief)
    cells = ("guess-plain", "run-plain", "guess-first-gradient", "run-first-gradient")
    assert "It is larger" in failing_claim("03", *cells)


def test_blocks_that_do_not_end_in_zero_change_the_output(monkeypatch):
    monkeypatch.setattr(networks, "initialize", lambda net, scheme: None)
    assert "exactly what four give" in failing_claim("03", "check-nested")


def test_recursion_from_the_first_block_sorts_other_paths(monkeypatch):
    monkeypatch.setattr(coursekit.reference, "gradient_by_path_length", first_to_last)
    cells = (*PATHS, "read-the-recursion", "check-the-recursion")
    assert "one by one" in failing_claim("03", *cells)


def test_branches_of_full_gain_do_not_prefer_short_paths(monkeypatch):
    full = gradient_paths.random_branches
    monkeypatch.setattr(
        gradient_paths,
        "random_branches",
        lambda gains, **rest: full([1.0] * len(gains), **rest),
    )
    assert "about one" in failing_claim("03", *WEIGHED)


def test_jacobians_in_the_wrong_order_do_not_give_the_gradient(monkeypatch):
    monkeypatch.setattr(gradient_paths, "gradient_by_path_length", first_to_last)
    cells = ("guess-trained", "run-trained", "what-trained-says")
    assert "autograd's gradient" in failing_claim("03", *cells)


def test_without_the_skips_a_deletion_is_fatal(monkeypatch):
    trained = lesions.trained
    monkeypatch.setattr(lesions, "trained", lambda _, *of: trained("short plain", *of))
    assert "one deletion adds little" in failing_claim("03", *LESIONS)
    cells = (*LESIONS[:2], "guess-swap", "run-swap")
    assert "a swap adds almost nothing" in failing_claim("03", *cells)


def test_with_the_skips_the_short_nets_survive(monkeypatch):
    trained = lesions.trained
    monkeypatch.setattr(lesions, "trained", lambda _, *of: trained("residual", *of))
    assert "without a block they guess" in failing_claim("03", *LESIONS)


def test_branches_as_drawn_do_not_start_at_nothing(monkeypatch):
    let_stand_in(monkeypatch, branch_ratio, "of_scheme", scheme={"zero-last": "he"})
    said = failing_claim("03", *RATIOS, "what-schemes-say")
    assert "zero-last starts at nothing" in said


def test_without_a_norm_the_ratio_does_not_fall_with_depth(monkeypatch):
    let_stand_in(monkeypatch, branch_ratio, "of_scheme", scheme={"batch norm": "he"})
    cells = (*RATIOS, "guess-block-ten", "run-by-depth")
    assert "batch norm, start" in failing_claim("03", *cells)


def test_small_branches_are_not_missed(monkeypatch):
    let_stand_in(monkeypatch, branch_ratio, "of_scheme", scheme={"he": "zero-last"})
    said = failing_claim("03", *RATIOS, "guess-fragile", "run-fragile")
    assert "he: a deletion costs" in said
