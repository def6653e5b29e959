"""reveal.js, out of the package sphinx-revealjs, which brings a current copy.

nbconvert writes slides too, but its template loads reveal.js, MathJax and require.js
from the web when they are shown; these are to open in a room without network.
"""

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from markupsafe import Markup

from coursekit.authoring.sources import BuildError
from coursekit.extras import how_to_install

PACKAGE, FOLDER = "sphinx-revealjs", "sphinx_revealjs/_static/revealjs"
#: What would begin or end something inside a script element. \x3C means "<" in all the
#: places where JavaScript can have these: strings and regular expressions.
MARKS = re.compile(r"<(?=!--|/?script)", re.I)


def reveal(name: str) -> Markup:
    """Return a file of reveal.js as it stands inside a page.

    The package is read, not imported: Sphinx would be loaded for nothing.

    Parameters
    ----------
    name : str
        The file in the folder of reveal.js, such as ``dist/reveal.js``.

    Raises
    ------
    BuildError
        If the package or the file is missing; the message says what to install.
    """
    try:
        path = Path(distribution(PACKAGE).locate_file(f"{FOLDER}/{name}"))
        text = path.read_text(encoding="utf-8")
    except (PackageNotFoundError, FileNotFoundError):
        raise BuildError(
            f"reveal.js shows the slides, and its file {name} is not installed here; "
            f"{PACKAGE} 3.2 brings it. Install what teachers need: "
            f"{how_to_install('teach')}"
        ) from None
    return Markup(MARKS.sub(r"\\x3C", text))
