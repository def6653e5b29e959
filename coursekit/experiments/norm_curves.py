r"""What a norm in a trained net does to single numbers, and whether an S describes it.

Every norm of a Pre-LN residual net maps each entry of its input to one of its output.
The map depends on the whole vector, so the pairs (entry in, entry out) of many vectors
make a cloud. The best line through 0 and the best ``c * tanh(alpha * x)`` are fitted
to it, before and after training.

Source: Zhu, Chen, He, LeCun, Liu, "Transformers without Normalization", 2025,
arXiv:2503.10622, who see S-shaped clouds in trained Transformers, and put
``tanh(alpha * x)`` in the norm's place (DyT).
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from tqdm.auto import tqdm

from coursekit.experiments.checks import at_least
from coursekit.experiments.training import (
    Split,
    accuracy,
    digits,
    seeded,
    train_together,
)
from coursekit.nets import ResidualNet

#: what alpha is tried, in units of one over the std of the entries
ALPHAS = np.logspace(-2, 1, 61)


@dataclass(frozen=True)
class Config:
    """Pre-LN nets on the digits, trained with Adam."""

    depth: int = 6
    width: int = 64
    steps: int = 400
    batch_size: int = 64
    lr: float = 0.003
    seeds: tuple[int, ...] = (0, 1, 2)
    device: str = "cpu"


@dataclass(frozen=True)
class Cloud:
    """One norm's entries, and how well a line and an S go through them; no units.

    Attributes
    ----------
    entries, normalized : ndarray of shape (N * d,)
        In, and out before gamma and beta.
    unevenness : float
        How much the vectors' standard deviations differ: their own standard deviation
        over their mean.
    line_error, tanh_error : float
        Mean square of what the fit leaves, over the mean square of ``normalized``.
    slope : float
        Of the line.
    alpha, height : float
        Of ``height * tanh(alpha * x)``.
    """

    entries: np.ndarray
    normalized: np.ndarray
    unevenness: float
    line_error: float
    tanh_error: float
    slope: float
    alpha: float
    height: float


@dataclass(frozen=True)
class Result:
    """Clouds of every norm, the final one last.

    ``before`` and ``after`` training: a list of clouds for each seed; ``accuracies``
    (seeds,) on the test part, between 0 and 1.
    """

    before: list[list[Cloud]]
    after: list[list[Cloud]]
    accuracies: np.ndarray

    def gain(self, when: str) -> np.ndarray:
        """Return the S's error over the line's, shape (seeds, norms): 1 is no gain."""
        clouds = getattr(self, when)
        return np.array([[c.tanh_error / c.line_error for c in row] for row in clouds])


def fit(entries: np.ndarray, normalized: np.ndarray) -> Cloud:
    """Fit a line through 0 and a scaled tanh, both by least squares.

    Parameters
    ----------
    entries, normalized : ndarray of shape (N, d)
        In and out, one vector a row.

    Examples
    --------
    >>> x = np.linspace(-3, 3, 101)[None]
    >>> cloud = fit(x, 2 * np.tanh(x))
    >>> cloud.tanh_error < 0.01 < cloud.line_error
    True
    """
    stds = entries.std(axis=1)
    entries, normalized = entries.ravel(), normalized.ravel()
    power = (normalized**2).mean()

    def fitted(feature: np.ndarray) -> tuple[float, float]:
        height = (feature * normalized).mean() / (feature**2).mean()
        return ((normalized - height * feature) ** 2).mean() / power, height

    line_error, slope = fitted(entries)
    alphas = ALPHAS / entries.std()
    tries = [(*fitted(np.tanh(alpha * entries)), alpha) for alpha in alphas]
    tanh_error, height, alpha = min(tries)
    unevenness = stds.std() / stds.mean()
    found = (unevenness, line_error, tanh_error, slope, alpha, height)
    return Cloud(entries, normalized, *(float(value) for value in found))


@torch.no_grad()
def clouds(net: nn.Module, data: Split) -> list[Cloud]:
    """Return the cloud of every layer norm of ``net`` on the test digits."""
    seen: list[torch.Tensor] = []
    hooks = [
        module.register_forward_hook(
            lambda _module, inputs, _output: seen.append(*inputs)
        )
        for module in net.modules()
        if isinstance(module, nn.LayerNorm)
    ]
    net(data.test_x)
    for hook in hooks:
        hook.remove()
    pairs = [(x, nn.functional.layer_norm(x, x.shape[-1:])) for x in seen]
    return [fit(*(part.double().cpu().numpy() for part in p)) for p in pairs]


def run(config: Config) -> Result:
    """Fit all clouds before and after training, for every seed.

    Raises
    ------
    ValueError
        If ``config.depth`` is below 1.
    """
    at_least("norm_curves.run", "depth", config.depth, 1)
    data = digits(config.device)
    nets = [
        ResidualNet(
            64,
            10,
            depth=config.depth,
            width=config.width,
            mode="pre-norm",
            norm=nn.LayerNorm,
            generator=torch.Generator().manual_seed(seed),
        ).to(config.device)
        for seed in config.seeds
    ]
    before = [clouds(net, data) for net in nets]
    with tqdm(total=config.steps, desc="updates", leave=False) as bar:
        train_together(
            nets,
            data,
            steps=config.steps,
            batch_size=config.batch_size,
            lr=config.lr,
            optimizer="adam",
            generators=seeded(config.seeds),
            watch=lambda step: bar.update(step - bar.n),
        )
    after = [clouds(net, data) for net in nets]
    return Result(before, after, np.array([accuracy(net, data) for net in nets]))
