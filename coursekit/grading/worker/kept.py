"""Put back, after every call, what learner code may have patched.

``np.allclose = lambda *a, **k: True`` must last no longer than the call that did it,
and one answer must not spoil the next.
"""

import sys
from collections.abc import Callable, Iterable
from ctypes import c_uint64
from functools import cache
from math import nan
from types import CodeType, FunctionType, ModuleType, SimpleNamespace
from typing import Any, NamedTuple

#: Modules that learner code may patch and that ours relies on.
_RELIED_ON = (
    "builtins copy io linecache math os time warnings numpy numpy.linalg numpy.random "
    "torch torch.autograd torch.nn torch.nn.functional".split()
)
#: Whether each change of a dict gives it another number (PEP 509), and where that lies
#: in it: behind the head of an object and the number of its items.
NUMBERED = sys.implementation.name == "cpython" and sys.version_info < (3, 14)
_NUMBER_AT = object.__basicsize__ + 8


class Kept(NamedTuple):
    """What a module holds, or `sys.modules`: ``names`` now and ``before``, all of them.

    ``part`` is what is put back: of the course's modules all, of others the names that
    the course mentions. ``changes.value`` is another number after each change.
    """

    names: dict[str, Any]
    before: dict[str, Any]
    part: dict[str, Any]
    changes: Any


@cache
def kept() -> dict[str, Kept]:
    """Return what the modules hold when this is called for the first time, by name.

    That is in the warm process: looking at so many objects would copy, in every child,
    the memory that they lie in. `sys.modules` itself comes last, as "".
    """
    modules = dict(sys.modules)
    ours = {name for name in modules if name.partition(".")[0] == "coursekit"}
    names = set().union(*(_mentioned(modules[name]) for name in ours))
    found: dict[str, Kept] = {}
    for name in [*ours, *(modules.keys() & _RELIED_ON)]:
        whole = vars(modules[name])
        before = dict(whole)
        part = before if name in ours else {n: whole[n] for n in names & whole.keys()}
        found[name] = Kept(whole, before, part, changes_of(whole))
    relied = {name: modules[name] for name in found}
    found[""] = Kept(sys.modules, modules, relied, changes_of(sys.modules))
    return found


def changes_of(names: dict[str, Any]) -> Any:
    """Return what has another ``value`` after each change of a dict.

    To compare what is in it would write to each: Python counts who holds them. Where
    Python does not number the changes, there may have been one every time.
    """
    if not NUMBERED:
        return SimpleNamespace(value=nan)  # never equal, not even to itself
    return c_uint64.from_address(id(names) + _NUMBER_AT)


class Keeper(NamedTuple):
    """``restore`` puts names back; ``accept`` takes the modules there are as given."""

    restore: Callable[[], None]
    accept: Callable[[], None]


def keeper(words: set[str], replaced: Iterable[tuple[str, str]]) -> Keeper:
    """Return what puts the names of modules back to what they are now.

    Parameters
    ----------
    words : set of str
        The names that are put back, besides those that our own code mentions: those in
        the notebook.
    replaced : iterable of (str, str)
        Modules, and names in them that have changed since the process was warm.
    """
    found = kept()
    for name, attribute in replaced:
        if one := found.get(name):
            one.before[attribute] = one.part[attribute] = one.names[attribute]
    watched = [*found.values()]
    numbers = [one.changes.value for one in watched]
    parts: dict[int, dict[str, Any]] = {}
    settrace, setprofile, length = sys.settrace, sys.setprofile, len

    def restore() -> None:
        settrace(None)
        setprofile(None)
        at = 0
        for names, before, part, changes in watched:
            if changes.value != numbers[at]:
                if length(names) < length(before):
                    names.update(before)
                if at not in parts:
                    named = {word: before[word] for word in words if word in before}
                    parts[at] = {**part, **named}
                names.update(parts[at])
                numbers[at] = changes.value
            at += 1

    def accept() -> None:
        modules = watched[-1]
        modules.before["__main__"] = modules.names["__main__"]
        parts.pop(length(watched) - 1, None)
        numbers[-1] = modules.changes.value

    accept()
    return Keeper(restore, accept)


def _mentioned(module: ModuleType) -> set[str]:
    """Return all names that the code of a module mentions."""
    values = vars(module).values()
    waiting = [*map(_code, values)]
    for value in values:
        waiting += map(_code, vars(value).values() if _is_ours(value) else ())
    found: set[str] = set()
    while waiting:
        if code := waiting.pop():
            found.update(code.co_names)
            waiting += [c for c in code.co_consts if isinstance(c, CodeType)]
    return found


def _is_ours(value: object) -> bool:
    return isinstance(value, type) and value.__module__.startswith("coursekit")


def _code(value: object) -> CodeType | None:
    value = getattr(value, "__wrapped__", value)  # of a context manager, for instance
    return value.__code__ if isinstance(value, FunctionType) else None
