"""The package's own source as an output of a lesson."""

import ast
import html
import inspect
import keyword
import re
import textwrap
from typing import Any

from IPython.display import display

from coursekit.lesson.output import Output


def source(*objects: Any) -> None:
    """Display how functions or classes of the package are written.

    Of each docstring only the first line is shown: the rest is in ``help(obj)``.

    Parameters
    ----------
    *objects
        Functions, methods or classes written in Python.

    Raises
    ------
    ValueError
        If something has no Python source.

    Examples
    --------
    >>> from textwrap import fill
    >>> source(fill)  # doctest: +ELLIPSIS
    def fill(text, width=70, **kwargs):
        ...
        w = TextWrapper(width=width, **kwargs)
        return w.fill(text)
    """
    text = "\n\n".join(_short_source(obj) for obj in objects)
    page = (
        '<pre style="white-space:pre;overflow-x:auto;line-height:1.35;margin:0.3em 0;'
        "font-family:var(--jp-code-font-family,monospace);"
        "font-size:var(--jp-code-font-size,13px);"
        f'color:var(--jp-content-font-color1,inherit)">{_highlighted(text)}</pre>'
    )
    display(Output(text, page))


def _short_source(obj: Any) -> str:
    """Return the source of ``obj`` with its docstrings cut to their first lines."""
    try:
        text = textwrap.dedent(inspect.getsource(inspect.unwrap(obj)))
    except (TypeError, OSError):
        raise ValueError(
            "source: every object must be a function or class written in Python; "
            f"got {obj!r}."
        ) from None
    lines = text.splitlines()
    for node in reversed(list(ast.walk(ast.parse(text)))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            doc = node.body[0]
            first = ast.get_docstring(node).splitlines()[0]
            indent = " " * doc.col_offset
            lines[doc.lineno - 1 : doc.end_lineno] = [f'{indent}"""{first}"""']
    return "\n".join(lines)


#: Comments and strings come first: a keyword inside one of them is not a keyword.
PYTHON = re.compile(
    r"""(?P<comment>\#[^\n]*)
    | (?P<string>(?<!\w)[bfruBFRU]{0,2}
        (?:\"{3}.*?\"{3} | '{3}.*?'{3} | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'))
    | (?P<number>\b\d[\d_]*(?:\.\d*)?(?:e[+-]?\d+)?\b)
    | (?P<keyword>\b(?:KEYWORDS)\b)""".replace("KEYWORDS", "|".join(keyword.kwlist)),
    re.DOTALL | re.VERBOSE,
)


def _highlighted(text: str) -> str:
    """Return Python source as HTML in the colours of the page's own editor theme.

    A little of the text's colour is mixed in: in the dark JupyterLab's comments reach a
    contrast of 4.1 only.
    """
    pieces, at = [], 0
    for found in PYTHON.finditer(text):
        pieces.append(html.escape(text[at : found.start()], quote=False))
        colour = f"var(--jp-mirror-editor-{found.lastgroup}-color,currentColor)"
        style = f"color:color-mix(in srgb,{colour} 85%,currentColor)"
        inner = html.escape(found.group(), quote=False)
        pieces.append(f'<span style="{style}">{inner}</span>')
        at = found.end()
    return "".join([*pieces, html.escape(text[at:], quote=False)])
