"""How lessons and exercises are named by whoever types a command."""

from collections.abc import Iterable


def is_meant(given: str, name: str) -> bool:
    """Return whether a name, its number or what follows the number means ``name``.

    Examples
    --------
    >>> name = "07_layer_norm"
    >>> [is_meant(given, name) for given in ("7", "07", name, "layer_norm", "layer")]
    [True, True, True, True, False]
    """
    number, _, topic = name.partition("_")
    if given.isdecimal() and number.isdecimal():
        return int(given) == int(number)
    return given == name or (bool(topic) and given == topic)


def find_named(given: str, names: Iterable[str], kind: str) -> str:
    """Return the one of ``names`` that is meant.

    Parameters
    ----------
    given : str
        As it was typed.
    names : iterable of str
        Such as "07_layer_norm".
    kind : {"lesson", "exercise"}
        What they are names of.

    Raises
    ------
    LookupError
        If there is none; the message lists those there are.
    """
    there = sorted(names)
    for name in there:
        if is_meant(given, name):
            return name
    raise LookupError(
        f"there is no {kind} {given!r}. Give a number (7 or 07) or a name of these: "
        f"{', '.join(there)}."
    )
