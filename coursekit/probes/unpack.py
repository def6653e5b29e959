"""Take apart what an answer returned, and complain in words when that fails."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from coursekit.probes.outcome import Odd
from coursekit.probes.plain import name_of, plain, with_article


class Complaint(Exception):
    """What came back has the wrong form; the message is written for the learner."""


def unpack(result: Any, names: Sequence[str], what: str) -> dict[str, Any]:
    """Return the parts of ``result`` by name.

    Parameters
    ----------
    result : tuple, list or dict
        What the answer returned. A NamedTuple is a tuple; a dict must hold every name
        and may hold more.
    names : sequence of str
        The parts in the order the card gives them.
    what : str
        What is taken apart, as the subject of a sentence ("layer_norm_forward").

    Raises
    ------
    Complaint
        If ``result`` has another form. The message says which and what to return.

    Examples
    --------
    >>> unpack((1.0, 2.0), ("y", "cache"), "layer_norm_forward")
    {'y': 1.0, 'cache': 2.0}
    >>> unpack(None, ("y", "cache"), "layer_norm_forward")
    Traceback (most recent call last):
    coursekit.probes.unpack.Complaint: layer_norm_forward gave None. A function \
without `return` gives None; end it with `return y, cache`.
    """
    wanted = ", ".join(names)
    if isinstance(result, dict) and all(dict.__contains__(result, n) for n in names):
        return {name: dict.__getitem__(result, name) for name in names}
    if isinstance(result, tuple | list):
        kind = tuple if isinstance(result, tuple) else list
        parts = list(kind.__iter__(result))  # a subclass's own __iter__ may lie
        if len(parts) == len(names):
            return dict(zip(names, parts, strict=True))
        raise Complaint(
            f"{what} gave {len(parts)} things, the card asks for {len(names)}: "
            f"({wanted})."
        )
    raise Complaint(_complaint(result, wanted, what))


def _complaint(result: Any, wanted: str, what: str) -> str:
    """Say what came back instead of a tuple, and what to write."""
    if result is None:
        return (
            f"{what} gave None. A function without `return` gives None; end it with "
            f"`return {wanted}`."
        )
    if isinstance(result, dict):
        keys = ", ".join(sorted(str(key)[:20] for key in result)[:6]) or "no keys"
        return f"{what} gave a dict with {keys}; it must hold {wanted}."
    kind = with_article(name_of(result))
    if isinstance(result, np.ndarray):
        kind = f"one array of shape {result.shape}"
    return f"{what} gave {kind}; the card asks for the tuple ({wanted})."


def change(first: Any, second: Any) -> Any:
    """Return ``second - first`` where both are arrays of one shape, else `Odd`.

    Probes report it for two calls with equal inputs: all zero for a pure function.
    """
    before, after = plain(first), plain(second)
    arrays = isinstance(before, np.ndarray) and isinstance(after, np.ndarray)
    if not arrays or before.shape != after.shape or before.dtype == bool:
        return Odd("results of two kinds")
    both_odd = ~np.isfinite(before) & ~np.isfinite(after)
    with np.errstate(all="ignore"):
        return np.where(both_odd, 0.0, after - before)
