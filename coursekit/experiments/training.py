"""The one training loop of the course: the digits, seeded, on any device."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from coursekit.data import load_digits
from coursekit.experiments.checks import at_least, one_of
from coursekit.experiments.updates import OPTIMIZERS


@dataclass(frozen=True)
class Split:
    """Training and test part of the digits as tensors on one device.

    ``train_x`` (1297, 64) and ``test_x`` (500, 64) are float32, standardized, no unit;
    ``train_y`` (1297,) and ``test_y`` (500,) are the digits, int64.
    """

    train_x: Tensor
    train_y: Tensor
    test_x: Tensor
    test_y: Tensor


def digits(device: str = "cpu") -> Split:
    """Return the digits of `coursekit.data` as tensors on ``device``.

    Examples
    --------
    >>> digits().train_x.shape
    torch.Size([1297, 64])
    """
    data = load_digits()
    return Split(
        train_x=torch.tensor(data.x_train, dtype=torch.float32, device=device),
        train_y=torch.tensor(data.y_train, dtype=torch.int64, device=device),
        test_x=torch.tensor(data.x_test, dtype=torch.float32, device=device),
        test_y=torch.tensor(data.y_test, dtype=torch.int64, device=device),
    )


def batches(
    samples: int, *, batch_size: int, steps: int, generator: torch.Generator
) -> Iterator[Tensor]:
    """Yield the sample numbers of ``steps`` batches, reshuffled after each pass.

    What does not fill a batch at the end of a pass is left out, so that all batches
    have the same size.

    Parameters
    ----------
    samples, batch_size, steps : int
        How many samples there are, are in a batch, and batches to yield.
    generator : torch.Generator
        On the CPU; draws the order.

    Yields
    ------
    Tensor of shape (batch_size,)
        int64.

    Raises
    ------
    ValueError
        If a batch is larger than the data, or empty.

    Examples
    --------
    >>> order = batches(4, batch_size=2, steps=3, generator=torch.Generator())
    >>> [len(batch) for batch in order]
    [2, 2, 2]
    """
    at_least("batches", "batch_size", batch_size, 1)
    at_least("batches", "samples", samples, batch_size)
    taken = 0
    while taken < steps:
        order = torch.randperm(samples, generator=generator)
        for start in range(0, samples - batch_size + 1, batch_size):
            if taken == steps:
                return
            taken += 1
            yield order[start : start + batch_size]


def warmth(update: int, warm_up: int) -> float:
    """Return the share of the full rate at an update, counted from 1.

    Examples
    --------
    >>> [warmth(update, 4) for update in (1, 2, 4, 5)]
    [0.25, 0.5, 1.0, 1.0]
    >>> warmth(1, 0)
    1.0
    """
    return min(1.0, update / warm_up) if warm_up else 1.0


def train(
    model: nn.Module,
    data: Split,
    *,
    steps: int,
    batch_size: int,
    lr: float,
    momentum: float = 0.0,
    warm_up: int = 0,
    optimizer: str = "sgd",
    generator: torch.Generator,
    watch: Callable[[int], None] | None = None,
) -> None:
    """Train ``model`` in place with cross-entropy; leave it in evaluation mode.

    Parameters
    ----------
    model : nn.Module
        From (N, 64) to (N, 10), on the device of ``data``.
    data : Split
        From `digits`.
    steps, batch_size : int
        Number and size of the updates' batches.
    lr, momentum : float
        Of the optimizer, no unit; "adam" takes no momentum.
    warm_up : int, default=0
        Updates in which the rate grows in equal steps to ``lr``.
    optimizer : {"sgd", "adam"}, default="sgd"
        Adam with torch's own betas and eps.
    generator : torch.Generator
        Draws the batches.
    watch : callable, optional
        Called with the number of steps done: before the first and after each. It may
        leave ``model`` in either mode.

    Raises
    ------
    ValueError
        As `batches`, and for an unknown optimizer.
    """
    one_of("train", "optimizer", optimizer, OPTIMIZERS)
    updates = OPTIMIZERS[optimizer](model, lr, momentum)
    watch = watch or (lambda _: None)
    watch(0)
    order = batches(
        len(data.train_x), batch_size=batch_size, steps=steps, generator=generator
    )
    for done, batch in enumerate(order, start=1):
        if not model.training:  # switching it visits every module
            model.train()
        logits = model(data.train_x[batch])
        loss = nn.functional.cross_entropy(logits, data.train_y[batch])
        updates.zero_grad()
        loss.backward()
        updates.lr = lr * warmth(done, warm_up)
        updates.step()
        watch(done)
    model.eval()


@torch.no_grad()
def accuracy(model: nn.Module, data: Split) -> float:
    """Return the share of right answers on the test part, in evaluation mode.

    Examples
    --------
    >>> always_zero = nn.Linear(64, 10, bias=False)
    >>> _ = nn.init.zeros_(always_zero.weight)
    >>> 0.05 < accuracy(always_zero, digits()) < 0.15
    True
    """
    model.eval()
    right = model(data.test_x).argmax(dim=1) == data.test_y
    return float(right.float().mean())


@torch.no_grad()
def training_loss(model: nn.Module, data: Split) -> float:
    """Return the mean cross-entropy (nats) on the training part, in evaluation mode.

    Examples
    --------
    >>> indifferent = nn.Linear(64, 10, bias=False)
    >>> _ = nn.init.zeros_(indifferent.weight)
    >>> round(training_loss(indifferent, digits()), 4)  # log(10)
    2.3026
    """
    model.eval()
    return float(nn.functional.cross_entropy(model(data.train_x), data.train_y))
