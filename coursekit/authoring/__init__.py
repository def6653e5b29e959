"""From sources to notebooks: lessons, worked solutions, exercises."""

import coursekit.no_grammars  # noqa: F401 - before nbformat is imported
