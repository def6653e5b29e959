"""What learner code can import, and what stands in for what it cannot."""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import Any, NoReturn

import coursekit

#: The packages that torch itself looks for late.
_BEHIND_TORCH = frozenset(
    "torch torchgen functorch sympy mpmath networkx filelock typing_extensions fsspec "
    "jinja2 markupsafe optree opt_einsum setuptools".split()
)


class Gate(MetaPathFinder):
    """Lets through the standard library and NumPy, and torch where it belongs.

    Put in the place of all other finders, which it asks in its turn. For the rest
    Python says what it says of a package that is not there, whether this computer has
    it or not: a grade must not depend on what else is installed.

    Parameters
    ----------
    torch : bool
        Whether torch may be imported.
    """

    def __init__(self, *, torch: bool) -> None:
        known = sys.stdlib_module_names | {"numpy", "coursekit"}
        self.known = known | _BEHIND_TORCH if torch else known
        self.finders = list(sys.meta_path)

    def shut(self) -> None:
        """Let no more of the course through: what is loaded by now is all there is."""
        self.known -= {"coursekit"}

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: Any = None
    ) -> ModuleSpec | None:
        """Find a module that is known; find nothing for any other."""
        if name.partition(".")[0] not in self.known:
            _refused.append(name)
            return None
        found = (finder.find_spec(name, path, target) for finder in self.finders)
        return next(filter(None, found), None)


#: The full names of what was refused.
_refused: list[str] = []


def refused() -> list[str]:
    """Return the names that were refused, and forget them."""
    found, _refused[:] = list(_refused), []
    return found


def quieten_course() -> None:
    """Give the notebook's first line, ``from coursekit import ...``, what it asks for.

    Its functions do nothing: nobody looks at a card here.
    """
    for name in coursekit.__all__:
        setattr(coursekit, name, _nothing)


def _nothing(*_: Any, **__: Any) -> None:
    """Do nothing."""


class Missing:
    """Stands for a name that could not be defined; it complains when it is used.

    Nothing is an instance of it, so a helper that asks ``isinstance(x, torch.Tensor)``
    works where there is no torch.

    Parameters
    ----------
    name : str
        What it stands for, as it is called in full.
    why : str, default=""
        Why it is not there; by default because the package is not.
    """

    def __init__(self, name: str, why: str = "") -> None:
        self.__name, self.__why = name, why

    def __complain(self, *_: Any, **__: Any) -> NoReturn:
        if self.__why:
            raise NameError(f"{self.__name} could not be defined: {self.__why}")
        _refused.append(self.__name)
        text = f"No module named {self.__name!r}"
        raise ModuleNotFoundError(text, name=self.__name)

    def __getattr__(self, name: str) -> "Missing":
        if name.startswith("__"):
            raise AttributeError(name)
        if self.__why:
            self.__complain()
        return Missing(f"{self.__name}.{name}")

    def __instancecheck__(self, instance: object) -> bool:
        return False

    def __subclasscheck__(self, subclass: type) -> bool:
        return False

    def __or__(self, other: Any) -> "Missing":
        return self

    __ror__ = __or__
    __call__ = __mro_entries__ = __getitem__ = __iter__ = __enter__ = __complain
    __add__ = __radd__ = __mul__ = __rmul__ = __sub__ = __rsub__ = __matmul__ = (
        __complain
    )
    __truediv__ = __rtruediv__ = __neg__ = __float__ = __len__ = __complain
