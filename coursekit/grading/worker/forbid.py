"""Make the calls that a task does not allow refuse learner code, and only that."""

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from types import ModuleType
from typing import Any

#: Whose own calls go through: a probe may compare with torch's layer, and torch's
#: layers call torch's functions.
_TRUSTED = ("torch", "numpy", "coursekit")


class Forbidden(Exception):
    """Learner code called what its task does not allow; the text is the call's name."""


class Bans:
    """The forbidden names of a whole job, replaced once, before learner code is loaded.

    ``from torch.nn.functional import layer_norm`` in any cell then binds what refuses.
    A name refuses while a task that forbids it is on; ``used`` are the names that did,
    ``replaced`` the names that modules now have something else under.

    Parameters
    ----------
    names : iterable of str
        Dotted names of functions, classes or modules; what is not loaded is left out.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.active: frozenset[str] = frozenset()
        self.used: list[str] = []
        self.replaced: list[tuple[str, str]] = []
        for name in sorted(set(names)):
            for owner, attribute, full in list(_places(name)):
                found = getattr(owner, attribute)
                if isinstance(found, type):
                    self._ban(found, "__init__", name, full)
                else:
                    self._ban(owner, attribute, name, full)

    def begin(self, names: Iterable[str]) -> None:
        """Let the names of one task refuse from now on, and no others."""
        self.active, self.used = frozenset(names), []

    def covers(self, full: str) -> bool:
        """Whether the present task forbids a dotted name, or a module it is in."""
        return any(full == name or full.startswith(f"{name}.") for name in self.active)

    def _ban(self, owner: Any, attribute: str, name: str, full: str) -> None:
        original: Callable = getattr(owner, attribute)

        @wraps(original)
        def refusing(*arguments: Any, **options: Any) -> Any:
            if name in self.active and not _trusted(sys._getframe(1).f_globals):
                self.used.append(full)
                raise Forbidden(full)
            return original(*arguments, **options)

        try:
            setattr(owner, attribute, refusing)
        except (AttributeError, TypeError):
            return  # a class made in C: the look at the source has to do
        if isinstance(owner, ModuleType):
            self.replaced.append((owner.__name__, attribute))


def _trusted(caller: dict[str, Any]) -> bool:
    return str(caller.get("__name__")).partition(".")[0] in _TRUSTED


def _places(name: str) -> Iterator[tuple[Any, str, str]]:
    """Yield where the things that a dotted name forbids are found, if it is loaded."""
    found = sys.modules.get(name)
    if isinstance(found, ModuleType):
        for attribute, value in vars(found).items():
            home = str(getattr(value, "__module__", ""))
            if callable(value) and (home == name or home.startswith(f"{name}.")):
                yield found, attribute, f"{name}.{attribute}"
        return
    home, _, last = name.rpartition(".")
    owner = sys.modules.get(home)
    if owner is not None and callable(getattr(owner, last, None)):
        yield owner, last, name
