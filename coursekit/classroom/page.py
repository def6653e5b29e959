"""Pages to print: one style, and the little Markdown that notes are written in."""

import re
from functools import cache
from textwrap import dedent
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup, escape

#: Formulas in notes are short: a letter, a root, a sum. These signs say them in text.
SIGNS = {
    r"\sqrt ": "√",
    r"\sum": "∑",
    r"\cdot": "·",
    r"\times": "×",
    r"\hat x": "x̂",
    r"\gamma": "γ",
    r"\beta": "β",
    r"\mu": "μ",
    r"\sigma": "σ",
    r"\epsilon": "ε",
    r"\alpha": "α",
    r"\le": "≤",
    r"\ge": "≥",
    r"\to": "→",
    r"\,": " ",
    "^2": "²",
    "^T": "ᵀ",
}
#: Code first: nothing in it is marked up. The others may hold one another.
INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`|\$(?P<formula>[^$\n]+)\$|\*\*(?P<strong>[^*\n]+)\*\*"
    r"|\*(?P<em>[^*\s][^*\n]*(?<!\s))\*|(?P<image>!)?\[(?P<link>[^\]\n]+)\]\([^)\s]*\)"
)


def prose(text: str) -> Markup:
    """Return a line of Markdown as HTML: code, formulas, emphasis; links lose theirs.

    Examples
    --------
    >>> print(prose("`a < b`, *not* $x^2$"))
    <code>a &lt; b</code>, <em>not</em> <i>x²</i>
    """
    done, at = Markup(), 0
    for found in INLINE.finditer(text):
        done += escape(text[at : found.start()])
        done += _marked(found)
        at = found.end()
    return done + escape(text[at:])


def _marked(found: re.Match[str]) -> Markup:
    if found["code"]:
        return Markup("<code>{}</code>").format(found["code"])
    if found["formula"]:
        return Markup("<i>{}</i>").format(formula(found["formula"]))
    if found["link"]:
        return prose(found["link"])
    tag = "strong" if found["strong"] else "em"
    inner = prose(found["strong"] or found["em"])
    return Markup("<{0}>{1}</{0}>").format(Markup(tag), inner)


def formula(text: str) -> str:
    r"""Return a short formula as text.

    Examples
    --------
    >>> print(formula(r"1/\sqrt L"))
    1/√L
    """
    for sign, plain in SIGNS.items():
        text = text.replace(sign, plain)
    return text


def page(name: str, **content: Any) -> str:
    """Fill one of the templates; whatever it is given is escaped."""
    return _environment().get_template(name).render(**content)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("coursekit.classroom"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(prose=prose, dedent=dedent)
    return environment
