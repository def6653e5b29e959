"""Put back, after every call, what learner code may have patched.

``np.allclose = lambda *a, **k: True`` must last no longer than the call that did it,
and one answer must not spoil the next.
"""

import sys
from collections.abc import Callable, Iterable
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

#: Modules that learner code may patch and that ours relies on.
_RELIED_ON = (
    "builtins copy io linecache math os time warnings numpy numpy.linalg numpy.random "
    "torch torch.autograd torch.nn torch.nn.functional".split()
)


class Kept(NamedTuple):
    """What modules hold: the course's all, others the names that the course mentions.

    ``parts`` are names and values by module; ``modules`` are all that were loaded.
    """

    parts: dict[str, dict[str, Any]]
    modules: dict[str, ModuleType]


@cache
def kept() -> Kept:
    """Return what the modules hold when this is called for the first time.

    To be called in the warm process: looking at so many objects would copy, in every
    child, the memory that they lie in. For the same reason it is not all of NumPy.
    """
    modules, names = dict(sys.modules), _mentioned()
    parts = {
        name: dict(vars(module))
        for name, module in modules.items()
        if name.partition(".")[0] == "coursekit"
    }
    for name in _RELIED_ON:
        if name in modules:
            whole = vars(modules[name])
            parts[name] = {word: whole[word] for word in names & whole.keys()}
    return Kept(parts, modules)


def keeper(words: set[str], replaced: Iterable[tuple[str, str]]) -> Callable[[], None]:
    """Return what puts the names of modules back to what they are now.

    Parameters
    ----------
    words : set of str
        The names that are put back, besides those that our own code mentions: those in
        the notebook.
    replaced : iterable of (str, str)
        Modules, and names in them that have changed since the process was warm.
    """
    parts, everything = kept()
    modules, count = sys.modules, len
    for name in parts.keys() & _RELIED_ON:
        whole = vars(modules[name])
        parts[name].update({word: whole[word] for word in words & whole.keys()})
    for name, attribute in replaced:
        if name in parts:
            parts[name][attribute] = vars(modules[name])[attribute]
    everything["__main__"] = modules["__main__"]
    present = {name: modules[name] for name in parts}
    pairs = [(vars(modules[name]), part) for name, part in parts.items()]
    settrace, setprofile = sys.settrace, sys.setprofile

    def restore() -> None:
        settrace(None)
        setprofile(None)
        if count(modules) < count(everything):
            modules.update(everything)
        modules.update(present)
        for whole, part in pairs:
            whole.update(part)

    return restore


def _mentioned() -> set[str]:
    """Return all names that the course's own loaded code mentions."""
    found: set[str] = set()
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "coursekit":
            waiting = [*map(_code, vars(module).values())]
            for value in vars(module).values():
                waiting += map(_code, vars(value).values() if _is_ours(value) else ())
            while waiting:
                if code := waiting.pop():
                    found.update(code.co_names)
                    waiting += [c for c in code.co_consts if isinstance(c, CodeType)]
    return found


def _is_ours(value: object) -> bool:
    return isinstance(value, type) and value.__module__.startswith("coursekit")


def _code(value: object) -> CodeType | None:
    return value.__code__ if isinstance(value, FunctionType) else None
