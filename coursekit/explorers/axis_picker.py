"""Explorer: which entries of a block share one mean and variance, norm by norm."""

from functools import cache

import numpy as np

from coursekit.explorers.base import Explorer, Params, choice, counter
from coursekit.explorers.stage import Stage
from coursekit.plots.axis_picker import draw_group, prepare_block
from coursekit.reference import axes_of

SHAPE = (3, 4, 6)
BLOCK = np.random.default_rng(0).integers(0, 10, size=SHAPE)
GROUPS = 2
#: what is offered: (the axes that are averaged over, in words)
SETTINGS = {
    "layer norm": (axes_of("layer", SHAPE), "the features of one vector"),
    "batch norm": (axes_of("batch", SHAPE), "one feature, in every sample and step"),
    "instance norm": (axes_of("instance", SHAPE), "one feature of one sample"),
    "group norm, 2 groups": (axes_of("group", SHAPE), "half the features of a vector"),
    "over time only": ((1,), "the time steps, for one sample and feature"),
    "over everything (global)": ((0, 1, 2), "the whole block"),
}


@cache
def _stage() -> Stage:
    def prepare(axes: np.ndarray) -> None:
        prepare_block(axes, BLOCK)

    return Stage(prepare, ncols=SHAPE[0], width=7.4, height=2.2)


def group_numbers(setting: str) -> np.ndarray:
    """Give every entry the number of the group it shares mean and variance with.

    Parameters
    ----------
    setting : str
        One of `SETTINGS`.

    Returns
    -------
    ndarray of int of shape (B, T, d)
        Entries with the same number, from 0 up, are averaged together.

    Examples
    --------
    >>> int(group_numbers("layer norm").max())  # 3 times 4 vectors, from 0 up
    11
    """
    axes, _ = SETTINGS[setting]
    kept = tuple(1 if axis in axes else n for axis, n in enumerate(SHAPE))
    numbers = np.broadcast_to(np.arange(np.prod(kept)).reshape(kept), SHAPE)
    if setting.startswith("group"):
        part = np.arange(SHAPE[-1]) * GROUPS // SHAPE[-1]
        numbers = numbers * GROUPS + part
    return numbers


def _entry(params: Params) -> tuple[int, int, int]:
    return params["b"], params["t"], params["i"]


def render(params: Params) -> bytes:
    """Return the block as PNG.

    Parameters
    ----------
    params : mapping
        ``setting``: one of `SETTINGS`; ``b``, ``t``, ``i``: the entry looked at.
    """
    return _stage().png(draw_group, group_numbers(params["setting"]), _entry(params))


def tell(params: Params) -> str:
    """Return what is seen in words and numbers; ``params`` as in `render`."""
    setting, entry = params["setting"], _entry(params)
    axes, words = SETTINGS[setting]
    numbers = group_numbers(setting)
    shared = BLOCK[numbers == numbers[entry]]
    count = numbers.max() + 1
    b, t, i = entry
    return (
        f"{setting}, axes {axes}: {words}. The entry b = {b}, t = {t}, i = {i} is one "
        f"of {shared.size} that share the mean {shared.mean():.2f} and the variance "
        f"{shared.var():.2f}. There {'is' if count == 1 else 'are'} {count} such "
        f"{'group' if count == 1 else 'groups'} in the block."
    )


def explore_axis_picker() -> Explorer:
    """Return a list of norms, and sliders for the entry looked at."""
    ends = [length - 1 for length in SHAPE]
    controls = {
        "setting": choice("what is averaged", "layer norm", [*SETTINGS]),
        "b": counter("sample b of the entry", 1, 0, ends[0]),
        "t": counter("time step t of the entry", 2, 0, ends[1]),
        "i": counter("feature i of the entry", 3, 0, ends[2]),
    }
    return Explorer(controls, render, tell, width=7.4)
