"""What the tasks of this exercise draw from, and may not be built from."""

from collections.abc import Callable

import numpy as np

#: What batch norm may not be built from, wherever it is to be written from scratch.
FORBIDDEN = (
    "torch.nn.modules.batchnorm",
    "torch.nn.modules.instancenorm",
    "torch.nn.BatchNorm1d",
    "torch.nn.BatchNorm2d",
    "torch.nn.BatchNorm3d",
    "torch.nn.LazyBatchNorm1d",
    "torch.nn.SyncBatchNorm",
    "torch.nn.InstanceNorm1d",
    "torch.nn.LayerNorm",
    "torch.nn.GroupNorm",
    "torch.nn.functional.batch_norm",
    "torch.nn.functional.instance_norm",
    "torch.nn.functional.layer_norm",
    "torch.nn.functional.group_norm",
    "torch.batch_norm",
    "torch.native_batch_norm",
    "torch.layer_norm",
    "torch.nn.utils.fusion",
    "torch.nn.utils.fuse_linear_bn_weights",
    "torch.nn.utils.fuse_linear_bn_eval",
    "coursekit.reference",
    "coursekit.nets",
)

Pairs = frozenset[tuple[str, str]]


def variances(rng: np.random.Generator, d: int) -> np.ndarray:
    """Draw running variances, none near 0, none near 1 and no two alike."""
    return rng.permutation(np.linspace(1.5, 4.0, d) + rng.uniform(0.0, 0.3, d))


def only(*values: str) -> Callable[[Pairs], bool]:
    """Return the mark of a mistake that makes nothing else wrong but ``values``."""
    return lambda wrong: {value for _, value in wrong} <= set(values)


def only_in(*cases: str) -> Callable[[Pairs], bool]:
    """Return the mark of a mistake that only goes wrong in some of ``cases``."""
    return lambda wrong: {case for case, _ in wrong} <= set(cases)
