"""Turn whatever an answer returned into plain data, without trusting it."""

import sys
from typing import Any

import numpy as np

from coursekit.probes.outcome import Odd, Value

#: The element types that cross to the judge, by NumPy's name.
DTYPES = frozenset(
    ["bool", "complex64", "complex128", "float16", "float32", "float64"]
    + [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
)
#: The same as objects: to ask a dtype for its name takes long.
_DTYPES = frozenset(map(np.dtype, DTYPES))
#: Longest string that crosses, and most axes; nothing a probe reports needs more.
LONGEST, MAX_AXES = 1000, 8


def name_of(value: object) -> str:
    """Return the name of a value's type as a learner writes it (``None`` is None)."""
    if value is None:
        return "None"
    return class_name(type(value))


def with_article(name: str) -> str:
    """Put "a" or "an" before the name of a type; None stays alone.

    Examples
    --------
    >>> with_article("int"), with_article("Tensor"), with_article("None")
    ('an int', 'a Tensor', 'None')
    """
    if name == "None":
        return name
    return f"{'an' if name[:1].lower() in tuple('aeiou') else 'a'} {name}"


def class_name(kind: type) -> str:
    """Return the name a class was given, whatever its metaclass would say."""
    return str.__getitem__(type.__dict__["__name__"].__get__(kind), slice(80))


def plain(value: Any) -> Value | Odd:
    """Return a copy of ``value`` as plain data, or `Odd` when it is of another kind.

    Exact NumPy arrays come back C-contiguous and in native byte order, exact torch
    tensors as such arrays, detached and on the CPU. NumPy scalars become arrays of
    no axes, so that their element type survives. Python's numbers and strings stay
    what they are. Subclasses are `Odd`: they can answer whatever they like.

    Examples
    --------
    >>> plain(np.arange(6.0).reshape(2, 3).T).flags["C_CONTIGUOUS"]
    True
    >>> plain(None)
    Odd(type_name='None')
    >>> plain(plain(None))
    Odd(type_name='None')
    """
    kind = type(value)
    if kind is Odd and type(value.type_name) is str:  # a probe has looked already
        return Odd(value.type_name[:80])
    if kind is np.ndarray:
        return _plain_array(value)
    if kind in (bool, float) or (kind is int and -(2**63) <= value < 2**63):
        return value
    if kind is str:
        return value[:LONGEST]
    if isinstance(value, np.generic) and kind.__module__ == "numpy":
        return _plain_array(np.asarray(value))
    torch = sys.modules.get("torch")
    if torch is not None and kind is torch.Tensor:
        return _plain_tensor(value)
    return Odd(name_of(value))


def crosses(kind: np.dtype) -> bool:
    """Tell whether arrays of an element type cross to the judge, in any byte order."""
    return kind in _DTYPES or kind.name in DTYPES


def _plain_array(value: np.ndarray) -> np.ndarray | Odd:
    """Copy an exact array of a known element type; anything else is `Odd`."""
    if not crosses(value.dtype):
        return Odd(f"ndarray of {value.dtype.name}"[:80])
    if value.ndim > MAX_AXES:
        return Odd(f"ndarray with {value.ndim} axes")
    return np.array(value, dtype=value.dtype.newbyteorder("="), order="C")


def _plain_tensor(value: Any) -> np.ndarray | Odd:
    """Copy a tensor to NumPy; types NumPy lacks (bfloat16, sparse) are `Odd`."""
    try:
        return _plain_array(value.detach().cpu().resolve_conj().resolve_neg().numpy())
    except (RuntimeError, TypeError):
        return Odd(f"Tensor of {value.dtype}"[:80])
