"""What a notebook shows: one object with a text side and an HTML or Markdown side."""

from dataclasses import dataclass
from typing import Any

#: Longest text of a learner's that is repeated to them, in characters and lines.
MAX_CHARACTERS, MAX_LINES = 1000, 12


@dataclass(frozen=True)
class Card:
    """Text for a terminal, and HTML or Markdown for JupyterLab; shows itself."""

    text: str
    html: str = ""
    markdown: str = ""

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> dict[str, str]:
        """Return every side there is, by its mime type."""
        sides = {
            "text/plain": self.text,
            "text/html": self.html,
            "text/markdown": self.markdown,
        }
        return {kind: side for kind, side in sides.items() if side}

    def __repr__(self) -> str:
        return self.text


def printable(
    text: object, characters: int = MAX_CHARACTERS, lines: int = MAX_LINES
) -> str:
    r"""Return ``text`` safe to show: nothing invisible, nothing endless.

    Control characters, terminal escapes, lone surrogates and marks that turn the
    direction of writing become visible escapes. HTML is not escaped here: the
    template does that for everything.

    Parameters
    ----------
    text : object
        Its ``str`` is taken; it may be hostile and of any length.
    characters, lines : int
        What is beyond is cut, and said to be.

    Examples
    --------
    >>> printable("a\x1b[31mb\tc")
    'a\\x1b[31mb    c'
    >>> printable("x" * 2000, characters=3)
    'xxx … (cut: 2000 characters in all)'
    """
    whole = text if type(text) is str else str(text)
    cut = "\n".join(whole[: characters + 1].split("\n")[:lines])[:characters]
    shown = "".join(
        sign if sign.isprintable() or sign == "\n" else _visible(sign) for sign in cut
    )
    if len(cut) < len(whole):
        return f"{shown} … (cut: {len(whole)} characters in all)"
    return shown


def _visible(sign: str) -> str:
    if sign == "\t":
        return "    "
    return sign.encode("unicode_escape", "surrogatepass").decode("ascii")
