"""A hands-on course on residual connections and normalization.

In a notebook: ``from coursekit import answer, check, hint, progress, solution``; in a
workshop also ``join, flag, leave``. On the command line: ``coursekit --help``.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
__all__ = ["answer", "check", "flag", "hint", "join", "leave", "progress", "solution"]
#: The module that has each of them.
_HOMES = dict.fromkeys(__all__, "feedback") | dict.fromkeys(
    ("flag", "join", "leave"), "board"
)


def __getattr__(name: str) -> Any:
    """Import what a notebook asks for on first use, so that the import stays light."""
    if name in _HOMES:
        return getattr(import_module(f"coursekit.study.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'coursekit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
