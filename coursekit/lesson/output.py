"""How a lesson's outputs are written: as text, and as HTML in the page's colours."""

import html
import math
import re
from typing import Any

BLUE = "var(--jp-info-color1,#0072B2)"
GREEN = "var(--jp-success-color1,#009E73)"
RED = "var(--jp-error-color1,#D55E00)"
QUIET = 'style="color:var(--jp-content-font-color2,inherit)"'


class Output:
    """One output in several forms; outside a notebook its text is printed."""

    def __init__(self, text: str, page: str, **more: Any) -> None:
        self.bundle = {"text/plain": text, "text/html": page, **more}

    def __repr__(self) -> str:
        return self.bundle["text/plain"]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return self.bundle


def box(colour: str, inner: str) -> str:
    """Return ``inner`` beside a coloured bar, in the colours of the page's theme."""
    return (
        f'<div style="border-left:4px solid {colour};padding:0.2em 0.8em;'
        f'margin:0.3em 0;color:var(--jp-content-font-color1,inherit)">{inner}</div>'
    )


def inline(text: str) -> str:
    """Return ``text`` as HTML, with `code` between backticks."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))


def plain(value: Any) -> Any:
    """Return a NumPy or torch scalar as Python's own; anything else as it is."""
    shape = getattr(value, "shape", None)
    if shape is None or not hasattr(value, "item") or math.prod(shape) != 1:
        return value
    return value.item()


def is_number(value: Any) -> bool:
    """Tell whether ``value`` is a number of Python's own; True and False are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def told(value: Any, unit: str = "", *, digits: int = 6) -> str:
    """Return a value as it is written in a sentence."""
    text = f"{value:.{digits}g}" if isinstance(value, float) else str(value)
    return f"{text} {unit}".rstrip()
