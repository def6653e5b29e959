"""What the two explorers of lesson 06 say."""

import time

import pytest

from coursekit.experiments.gradient_inspection import SLIPS
from coursekit.explorers import gradient_inspector, loss_slice


@pytest.fixture
def inspector():
    return gradient_inspector.explore_gradient_inspector()


def test_inspector_names_the_first_wrong_node(inspector):
    assert "First wrong on the way back: xmu" in inspector.status.value
    inspector.controls["slip"].value = "gamma forgotten"
    assert "First wrong on the way back: x_hat" in inspector.status.value
    inspector.controls["slip"].value = "no slip"
    assert "10 of 10 gradients agree" in inspector.status.value


def test_inspector_misses_the_forgotten_eps_until_eps_is_large(inspector):
    inspector.controls["slip"].value = "eps forgotten on the way back"
    assert "10 of 10 gradients agree" in inspector.status.value
    inspector.controls["log_eps"].value = -4.75
    assert "First wrong on the way back: var" in inspector.status.value


def test_inspector_offers_every_slip(inspector):
    assert list(inspector.controls["slip"].options) == list(SLIPS)


def test_missing_one_over_n_is_off_by_the_size_of_the_batch(inspector):
    inspector.controls["slip"].value = "1/N of the variance forgotten"
    for samples in (3, 12):
        inspector.controls["samples"].value = samples
        assert f"sq, off by {samples - 1} of its" in inspector.status.value


def test_slice_rises_at_a_large_rate_without_norm_only():
    box = loss_slice.explore_loss_slice()
    box.controls["log_lr"].value = 0.0
    params = box.params
    _, _, points = loss_slice._curves(params)
    start = {name: float(loss_slice.slices().loss(name, 10, 0.0)) for name in points}
    assert points["none"] > start["none"]
    assert points["batch"] < start["batch"]


def test_slices_are_computed_once():
    loss_slice.explore_loss_slice()
    params = loss_slice.explore_loss_slice().params
    start = time.process_time()
    for tenth in range(10):
        loss_slice.render({**params, "step": tenth / 10})
    assert time.process_time() - start < 2
