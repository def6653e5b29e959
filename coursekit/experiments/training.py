"""The one training loop of the course: the digits, seeded, on any device."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from coursekit.data import load_digits
from coursekit.experiments.checks import at_least, one_of
from coursekit.experiments.together import share, stack
from coursekit.experiments.updates import OPTIMIZERS, Updates


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


def seeded(seeds: Iterable[int]) -> list[torch.Generator]:
    """Return a fresh generator for every seed."""
    return [torch.Generator().manual_seed(seed) for seed in seeds]


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
    order = batches(
        len(data.train_x), batch_size=batch_size, steps=steps, generator=generator
    )

    def loss(batch: Tensor) -> Tensor:
        if not model.training:  # switching it visits every module
            model.train()
        logits = model(data.train_x[batch])
        return nn.functional.cross_entropy(logits, data.train_y[batch])

    _descend(loss, order, updates, warm_up=warm_up, watch=watch)
    model.eval()


def train_together(
    nets: Sequence[nn.Module],
    data: Split,
    *,
    steps: int,
    batch_size: int,
    lr: float | Sequence[float],
    momentum: float = 0.0,
    warm_up: int = 0,
    optimizer: str = "sgd",
    generators: Sequence[torch.Generator],
    watch: Callable[[int], None] | None = None,
) -> None:
    """Train nets of one architecture at once, each as `train` would alone.

    Parameters
    ----------
    nets : sequence of nn.Module
        Each as in `train`; why and how, see `coursekit.experiments.together`.
    data, steps, batch_size, momentum, warm_up, optimizer, watch
        As in `train`.
    lr : float or sequence of float
        One rate for all nets, or with "sgd" a rate for each.
    generators : sequence of torch.Generator
        One for each net, of its batches; see `seeded`.

    Raises
    ------
    ValueError
        As `train` and `coursekit.experiments.together.stack`, and if "adam" is given
        several rates.
    """
    one_of("train_together", "optimizer", optimizer, OPTIMIZERS)
    weights = data.train_x.new_ones(len(nets))
    if isinstance(lr, Sequence):
        one_of("train_together", "optimizer with several rates", optimizer, ("sgd",))
        # SGD moves by the rate times the gradient of the loss: by the gradient of the
        # rate times the loss
        weights, lr = weights.new_tensor(lr), 1.0
    whole = stack(nets).train()
    updates = OPTIMIZERS[optimizer](whole, lr, momentum)
    share(whole, nets)
    sizes = {"batch_size": batch_size, "steps": steps}
    orders = [batches(len(data.train_x), **sizes, generator=g) for g in generators]

    def loss(batch: Tensor) -> Tensor:
        logits = whole(data.train_x[batch].mT)  # (nets, 10, batch_size)
        losses = nn.functional.cross_entropy(
            logits, data.train_y[batch], reduction="none"
        )
        return weights @ losses.mean(dim=1)

    order = map(torch.stack, zip(*orders, strict=True))
    _descend(loss, order, updates, warm_up=warm_up, watch=watch)
    for net in nets:
        net.eval()


def _descend(
    loss: Callable[[Tensor], Tensor],
    order: Iterable[Tensor],
    updates: Updates,
    *,
    warm_up: int,
    watch: Callable[[int], None] | None,
) -> None:
    """Update once for every batch of ``order``."""
    lr, watch = updates.lr, watch or (lambda _: None)
    watch(0)
    for done, batch in enumerate(order, start=1):
        updates.zero_grad()
        loss(batch).backward()
        updates.lr = lr * warmth(done, warm_up)
        updates.step()
        watch(done)


def _evaluate(model: nn.Module) -> None:
    """Switch to evaluation mode where that is not yet done: it visits every module."""
    if model.training:
        model.eval()


@contextmanager
def as_in_training(net: nn.Module) -> Iterator[None]:
    """Let the batch norms of ``net`` look at the batch, and not remember it.

    Examples
    --------
    >>> norm = nn.BatchNorm1d(1, affine=False)
    >>> with as_in_training(norm):
    ...     norm(torch.tensor([[1.0], [3.0]])).sum().item(), norm.running_mean.item()
    (0.0, 0.0)
    """
    norms = [module for module in net.modules() if isinstance(module, nn.BatchNorm1d)]
    modes = [norm.training for norm in norms]
    for norm in norms:
        norm.training, norm.track_running_stats = True, False
    try:
        yield
    finally:
        for norm, mode in zip(norms, modes, strict=True):
            norm.training, norm.track_running_stats = mode, True


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
    _evaluate(model)
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
    _evaluate(model)
    return float(nn.functional.cross_entropy(model(data.train_x), data.train_y))
