"""Nicknames: made safe to show, short, and each of them once."""

import unicodedata
from collections.abc import Container

LONGEST = 40
NOBODY = "learner"


def tidy_nickname(nickname: str) -> str:
    r"""Return a nickname as the board shows it.

    Control characters, marks that turn the direction of writing, what is invisible and
    halves of characters are left out, and of marks that pile up on a letter all but
    two.

    Examples
    --------
    >>> tidy_nickname("  Ada\n\u202e Lovelace ")
    'Ada Lovelace'
    >>> tidy_nickname("\u200b")
    'learner'
    """
    kept: list[str] = []
    marks = 0
    for sign in unicodedata.normalize("NFC", nickname):
        kind = unicodedata.category(sign)
        marks = marks + 1 if kind[0] == "M" else 0
        if sign.isspace():
            kept.append(" ")
        elif kind[0] != "C" and marks <= 2:
            kept.append(sign)
    name = " ".join("".join(kept).split())[:LONGEST].strip()
    # what is left may still have nothing to see: a filler that counts as a letter
    visible = any(unicodedata.category(s)[0] in "LNPS" for s in name if s not in "ㅤᅠᅟﾠ")
    return name if visible else NOBODY


def unique_nickname(name: str, taken: Container[str]) -> str:
    """Return ``name``, with a number behind it if somebody has it already.

    Parameters
    ----------
    name : str
        Tidied.
    taken : container of str
        What `likeness` makes of the names that others have.

    Examples
    --------
    >>> unique_nickname("Ada", {"ada", "ada (2)"})
    'Ada (3)'
    """
    found, number = name, 1
    while likeness(found) in taken:
        number += 1
        suffix = f" ({number})"
        found = name[: LONGEST - len(suffix)].rstrip() + suffix
    return found


def likeness(name: str) -> str:
    """Return what two names have in common that look the same."""
    return unicodedata.normalize("NFKC", name).casefold()
