"""Random nets in which the mistakes of this exercise differ."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from coursekit.autograders.plain_networks.nets import forward

#: What may not take the place of the learner's own gradients.
FORBIDDEN = (
    "torch.autograd",
    "torch.func",
    "torch.nn.init.calculate_gain",
    "coursekit.reference",
    "coursekit.nets",
    "coursekit.experiments",
    "coursekit.autograders",
)


def weights(
    rng: np.random.Generator, widths: Sequence[int], gain: float
) -> list[np.ndarray]:
    """Draw the matrices of a plain net, W of shape (n_in, n_out)."""
    return [
        rng.normal(size=pair) * gain / np.sqrt(pair[0]) for pair in pairwise(widths)
    ]


def as_inputs(letter: str, arrays: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Return a list of arrays as inputs of a case: W0, W1, ..."""
    return {f"{letter}{at}": array for at, array in enumerate(arrays)}


def relu_net(
    rng: np.random.Generator, samples: int, widths: Sequence[int], bias: float = 0.0
) -> tuple[np.ndarray, list[np.ndarray], list[np.ndarray]]:
    """Draw x, weights and biases of a ReLU net with no layer dead or all alive.

    In a small net all units of a layer may be cut at once, and then many mistakes look
    alike. So we draw until in every layer a quarter to three quarters are positive.
    """
    while True:
        x, Ws = rng.normal(size=(samples, widths[0])), weights(rng, widths, np.sqrt(2))
        bs = [bias * rng.normal(size=W.shape[1]) for W in Ws]
        alive = [(a > 0).mean() for a in forward(x, Ws, "relu", bs)[1:]]
        if all(0.25 <= share <= 0.75 for share in alive):
            return x, Ws, bs


def net_inputs(
    x: np.ndarray, Ws: Sequence[np.ndarray], **others: object
) -> Mapping[str, object]:
    """Return the inputs that describe one net and what else a case holds."""
    return {"x": x, "layers": len(Ws), **as_inputs("W", Ws), **others}
