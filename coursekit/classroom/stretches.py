"""Cut what follows in a row into stretches that are not too long, and about equal."""

from collections.abc import Sequence
from itertools import pairwise


def cut(lengths: Sequence[int], most: int, count: int = 1) -> list[slice]:
    """Return as few stretches of at most ``most`` as will do, none of them empty.

    Of several ways it is one whose longest stretch is as short as can be. What is
    longer than ``most`` by itself is a stretch of its own.

    Parameters
    ----------
    lengths : sequence of int
        In any unit; their order stays.
    most : int
        In the same unit.
    count : int, default=1
        At least so many stretches, where that makes the longest one shorter.

    Examples
    --------
    >>> cut([12, 12, 8, 7, 3, 3], 27)
    [slice(0, 2, None), slice(2, 6, None)]
    >>> cut([1, 1, 1, 1], 27, count=2)
    [slice(0, 2, None), slice(2, 4, None)]
    """
    longest = max([0, *lengths])
    count = max(count, len(_filled(lengths, max(most, longest))))
    while len(found := _filled(lengths, longest)) > count:
        longest += 1
    return found


def _filled(lengths: Sequence[int], most: int) -> list[slice]:
    """Fill one stretch after the other, none above ``most``."""
    begins, total = [], 0
    for at, length in enumerate(lengths):
        if not begins or total + length > most:
            begins.append(at)
            total = 0
        total += length
    return [slice(*pair) for pair in pairwise([*begins, len(lengths)])]
