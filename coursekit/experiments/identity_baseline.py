r"""What a residual block is when its branch computes nothing: z = 0.

With ``g`` after the sum it is ``g(a)``, which is ``a`` only where ``g`` leaves ``a`` as
it is. A block gets its ``a`` from the block before it, so all of these have to be left
as they are: ``g(g(x)) = g(x)`` for every x. With the activations inside the branch, the
block is the identity whatever ``g`` is (He, Zhang, Ren, Sun, 2016, arXiv:1603.05027,
Section 2).
"""

from dataclasses import dataclass

import numpy as np
import torch

from coursekit.experiments.checks import at_least, one_of
from coursekit.nets import ResidualBlock

MODES = ("post", "pre")


@dataclass(frozen=True)
class Config:
    """Inputs from ``lowest`` to ``highest``, and ``blocks`` blocks on ``start``."""

    activations: tuple[str, ...] = ("relu", "leaky-relu", "gelu", "tanh", "sigmoid")
    mode: str = "post"
    lowest: float = -3.0
    highest: float = 3.0
    points: int = 601
    start: float = 1.0
    blocks: int = 50
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """Blocks with z = 0, by activation; no units.

    ``inputs`` has shape (points,), ``outputs`` (activations, points): one block.
    ``repeated`` has shape (activations, blocks + 1): the value ``start`` and what
    becomes of it, block after block.
    """

    activations: tuple[str, ...]
    inputs: np.ndarray
    outputs: np.ndarray
    repeated: np.ndarray

    def output(self, activation: str) -> np.ndarray:
        """Return one activation's outputs, shape (points,)."""
        return self.outputs[self.activations.index(activation)]

    def off(self, activation: str, *, lowest: float = 0.0) -> float:
        """Return the largest distance from the identity, over inputs >= ``lowest``."""
        distance = np.abs(self.output(activation) - self.inputs)
        return float(distance[self.inputs >= lowest].max())

    def end(self, activation: str) -> float:
        """Return what ``start`` is after the last block."""
        return float(self.repeated[self.activations.index(activation), -1])


def zero_block(activation: str, mode: str) -> ResidualBlock:
    """Return a block for one feature whose weights and biases are all 0, so z = 0.

    Examples
    --------
    >>> zero_block("relu", "post")(torch.tensor([[-2.0]], dtype=torch.float64)).item()
    0.0
    """
    one_of("identity_baseline.run", "mode", mode, MODES)
    options = {"gain": 0.0, "dtype": torch.float64}
    return ResidualBlock(1, 1, mode=mode, activation=activation, **options)


@torch.no_grad()
def run(config: Config) -> Result:
    """Pass a grid of inputs through one block, and one value through many.

    Raises
    ------
    ValueError
        If the mode or an activation is unknown, or there are fewer than two points.
    """
    at_least("identity_baseline.run", "points", config.points, 2)
    inputs = torch.linspace(
        config.lowest,
        config.highest,
        config.points,
        dtype=torch.float64,
        device=config.device,
    )
    outputs, repeated = [], []
    for activation in config.activations:
        block = zero_block(activation, config.mode).to(config.device)
        outputs.append(block(inputs[:, None])[:, 0].cpu().numpy())
        a = inputs.new_full((1, 1), config.start)
        values = [a.item()]
        for _ in range(config.blocks):
            a = block(a)
            values.append(a.item())
        repeated.append(values)
    return Result(
        config.activations, inputs.cpu().numpy(), np.array(outputs), np.array(repeated)
    )
