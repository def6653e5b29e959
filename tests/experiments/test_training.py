"""The training loop: batches of one size, one order a seed, nothing global."""

import pytest
import torch
from torch import nn

from coursekit.experiments.training import (
    accuracy,
    batches,
    digits,
    train,
    training_loss,
)


def order(seed, **sizes):
    generator = torch.Generator().manual_seed(seed)
    return [batch.tolist() for batch in batches(**sizes, generator=generator)]


def test_one_pass_sees_every_sample_once():
    passes = order(0, samples=12, batch_size=4, steps=3)
    seen = [sample for batch in passes for sample in batch]
    assert sorted(seen) == list(range(12))


def test_incomplete_batches_are_left_out():
    assert [len(b) for b in order(0, samples=5, batch_size=2, steps=5)] == [2] * 5


def test_same_seed_gives_the_same_order_and_another_seed_another():
    sizes = {"samples": 50, "batch_size": 5, "steps": 10}
    assert order(1, **sizes) == order(1, **sizes) != order(2, **sizes)


@pytest.mark.parametrize("batch_size", [0, 6])
def test_batch_that_cannot_be_filled_is_refused(batch_size):
    with pytest.raises(ValueError, match="batches: "):
        order(0, samples=5, batch_size=batch_size, steps=1)


def test_training_learns_watches_and_leaves_the_global_generator_alone():
    model, steps, state = nn.Linear(64, 10), [], torch.get_rng_state()
    train(
        model,
        digits(),
        steps=60,
        batch_size=32,
        lr=0.1,
        generator=torch.Generator().manual_seed(0),
        watch=steps.append,
    )
    assert accuracy(model, digits()) > 0.8
    assert steps == list(range(61))
    assert not model.training
    assert torch.equal(state, torch.get_rng_state())


def test_adam_learns_too_and_lowers_the_training_loss():
    model = nn.Linear(64, 10)
    before = training_loss(model, digits())
    train(
        model,
        digits(),
        steps=60,
        batch_size=32,
        lr=0.01,
        optimizer="adam",
        generator=torch.Generator().manual_seed(0),
    )
    assert training_loss(model, digits()) < 0.5 * before


def test_an_unknown_optimizer_is_named():
    with pytest.raises(ValueError, match="optimizer must be one of sgd, adam; got 'x'"):
        train(
            nn.Linear(64, 10),
            digits(),
            steps=1,
            batch_size=2,
            lr=0.1,
            optimizer="x",
            generator=torch.Generator(),
        )
