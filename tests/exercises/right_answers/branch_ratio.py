"""Right answers to `branch_ratio`, in the styles that people write."""

import copy
import math

import numpy as np
import torch


def under_no_grad(block, x):
    with torch.no_grad():
        z = block.branch(x)
        s = block.shortcut(x)
        return (z.norm() / s.norm()).item()


@torch.no_grad()
def as_a_tensor(block, x):
    return torch.linalg.norm(block.branch(x)) / torch.linalg.norm(block.shortcut(x))


def on_a_copy(block, x):
    block = copy.deepcopy(block)
    with torch.inference_mode():
        ratio = torch.norm(block.branch(x), p=2) / torch.norm(block.shortcut(x), p=2)
    return float(ratio)


def detached(block, x):
    z, s = block.branch(x).detach(), block.shortcut(x).detach()
    return torch.sqrt(torch.sum(z**2)) / torch.sqrt(torch.sum(s**2))


def by_numpy(block, x):
    z, s = (f(x).detach().numpy() for f in (block.branch, block.shortcut))
    return np.linalg.norm(z) / np.linalg.norm(s)


def one_root_of_means(block, x):
    """Take means: branch and skip have equally many entries."""
    with torch.no_grad():
        z, s = block.branch(x), block.shortcut(x)
    return math.sqrt(z.square().mean().item() / s.square().mean().item())


def from_lengths_of_samples(block, x):
    with torch.no_grad():
        z, s = (part.norm(dim=-1) for part in (block.branch(x), block.shortcut(x)))
    return float(z.norm() / s.norm())


def entry_by_entry(block, x):
    above = below = 0.0
    for z in block.branch(x).flatten().tolist():
        above += z * z
    for s in block.shortcut(x).flatten().tolist():
        below += s * s
    return (above / below) ** 0.5


def in_single_precision(block, x):
    ratio = float(block.branch(x).norm()) / float(block.shortcut(x).norm())
    return torch.tensor(ratio)


def by_hooks(block, x):
    """Listen while the block itself is called."""
    seen = {}
    hooks = [
        getattr(block, name).register_forward_hook(
            lambda module, given, out, name=name: seen.update({name: out.detach()})
        )
        for name in ("branch", "shortcut")
    ]
    with torch.no_grad():
        block(x)
    for hook in hooks:
        hook.remove()
    return float(seen["branch"].norm() / seen["shortcut"].norm())


class _Meter:
    def __init__(self, block):
        self.parts = block.branch, block.shortcut

    def __call__(self, x):
        z, s = (torch.einsum("nd,nd->", y, y) for y in (part(x) for part in self.parts))
        return float((z / s).sqrt())


def with_a_class_behind(block, x):
    return _Meter(block)(x)


def mode_put_back(block, x):
    """Batch norm in the mode it was in; the flag is saved for nothing."""
    was_training = block.training
    with torch.no_grad():
        ratio = block.branch(x).norm() / block.shortcut(x).norm()
    block.train(was_training)
    return ratio.numpy()
