"""Checks of configurations that experiments share; messages name place, rule, value."""

from collections.abc import Collection


def one_of(place: str, what: str, value: str, allowed: Collection[str]) -> None:
    """Raise ValueError unless ``value`` is one of ``allowed``.

    Examples
    --------
    >>> one_of("normalize", "placement", "below", ("inside", "outside"))
    Traceback (most recent call last):
    ...
    ValueError: normalize: placement must be one of inside, outside; got 'below'.
    """
    if value not in allowed:
        names = ", ".join(allowed)
        raise ValueError(f"{place}: {what} must be one of {names}; got {value!r}.")


def at_least(place: str, what: str, value: float, least: float) -> None:
    """Raise ValueError unless ``value`` is ``least`` or more.

    Examples
    --------
    >>> at_least("run", "d", 2, 3)
    Traceback (most recent call last):
    ...
    ValueError: run: d must be at least 3; got 2.
    """
    if not value >= least:
        raise ValueError(f"{place}: {what} must be at least {least}; got {value}.")
