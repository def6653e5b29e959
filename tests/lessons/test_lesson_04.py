"""Lesson 04: its claims fail when what they are about is taken away."""

from functools import partial

import torch
from lesson_cells import build_instead, failing_claim, run_cells
from torch import nn

from coursekit.experiments import (
    branch_ratio,
    double_zero,
    first_update,
    signal_variance,
    starts_by_depth,
    thousand_blocks,
)
from coursekit.nets import ResidualNet

TWENTY = ("guess-twenty-blocks", "run-twenty-blocks", "what-twenty-blocks-say")
SCALED = ("guess-scaled", "run-scaled", "what-scaled-says")
NORMS = ("guess-the-ratio", "run-norms", "what-norms-say")
DEPTHS = ("guess-survivors", "run-depths", "what-depths-say")
ZEROS = ("guess-two-zeros", "run-two-zeros", "what-two-zeros-say")
SHARE = ("guess-the-growing", "run-contribution", "what-contribution-says")
HELPS = ("guess-zero-helps", "run-zero-helps", "what-zero-helps-says")
UPDATE = ("guess-first-update", "run-first-update", "what-first-update-says")
THOUSAND = ("guess-thousand", "run-thousand", "what-thousand-says")


def one_seed(monkeypatch, experiment, **changes):
    """Let the lesson run an experiment with a single seed: enough for a failure."""
    small = partial(experiment.Config, seeds=(0,), **changes)
    monkeypatch.setattr(experiment, "Config", small)


def test_claims_hold_when_nothing_is_taken_away():
    run_cells("04", *TWENTY, "check-the-product", "check-identity", "check-fixup")


def test_without_the_skip_nothing_doubles(monkeypatch):
    def plain(self, x):
        activations = [self.stem(x)]
        for block in self.blocks:
            activations.append(block.branch(activations[-1]))
        return activations

    monkeypatch.setattr(ResidualNet, "activations", plain)
    assert "The slowest net" in failing_claim("04", *TWENTY)


def test_without_the_factor_the_scaled_net_explodes(monkeypatch):
    monkeypatch.setitem(signal_variance.STARTS, "scaled", signal_variance.STARTS["he"])
    assert "every one is below 2" in failing_claim("04", *SCALED)


def test_without_the_norm_the_line_is_gone(monkeypatch):
    one_seed(monkeypatch, signal_variance)
    monkeypatch.setitem(signal_variance.NORMS, "batch", None)
    assert "At most it adds 1.15" in failing_claim("04", *NORMS)


def test_scaled_branches_save_hes_deep_nets(monkeypatch):
    one_seed(monkeypatch, starts_by_depth)
    scaled = dict.fromkeys(("he", "zero"), "scaled")
    build_instead(monkeypatch, starts_by_depth, "build", start=scaled)
    assert "At 8 they learn far worse" in failing_claim("04", *DEPTHS)


def test_one_zero_less_and_the_deadlock_is_gone(monkeypatch):
    one_seed(monkeypatch, double_zero, steps=20)
    monkeypatch.setitem(double_zero.STARTS, "both zero", (True, False))
    said = failing_claim("04", *ZEROS)
    assert "nothing has" in said


def test_branches_that_do_not_train_do_not_grow(monkeypatch):
    right = branch_ratio.build

    def frozen(scheme, **options):
        net = right(scheme, **options)
        net.blocks.requires_grad_(False)
        return net

    one_seed(monkeypatch, branch_ratio, schemes=("zero-last",))
    monkeypatch.setattr(branch_ratio, "build", frozen)
    assert "It grows" in failing_claim("04", *SHARE)


def test_same_start_twice_has_no_difference(monkeypatch):
    one_seed(monkeypatch, starts_by_depth, steps=30)
    he = {"batch norm, zero": "batch norm, he"}
    build_instead(monkeypatch, starts_by_depth, "build", start=he)
    assert "the zero start is behind" in failing_claim("04", *HELPS)


def test_one_branch_alone_does_not_add_up(monkeypatch):
    class OneBranch(ResidualNet):
        """Only the first block can learn, whatever the depth."""

        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            for block in list(self.blocks)[1:]:
                block.branch.linear2.register_forward_hook(
                    lambda _module, _inputs, output: output * 0
                )

    monkeypatch.setattr(first_update, "ResidualNet", OneBranch)
    assert "16 times the blocks" in failing_claim("04", *UPDATE)


def test_without_skips_many_blocks_do_not_learn(monkeypatch):
    class NoSkip(ResidualNet):
        def __init__(self, *args, **options):
            super().__init__(*args, **{**options, "init": "he"})
            for block in self.blocks:
                block.shortcut = Nothing()

    small = partial(thousand_blocks.Config, depth=60, steps=20)
    monkeypatch.setattr(thousand_blocks, "Config", small)
    monkeypatch.setattr(thousand_blocks, "ResidualNet", NoSkip)
    assert "The residual net learns" in failing_claim("04", *THOUSAND)


class Nothing(nn.Module):
    """A shortcut that is closed."""

    def forward(self, a: torch.Tensor) -> torch.Tensor:
        """Return zeros, shape (N, d)."""
        return torch.zeros_like(a)
