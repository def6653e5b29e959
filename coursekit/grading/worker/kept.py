"""Put back, after every call, what learner code may have patched.

``np.allclose = lambda *a, **k: True`` must last no longer than the call that did it,
and one answer must not spoil the next.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

#: Modules that learner code may patch and that ours relies on.
_RELIED_ON = (
    "builtins copy io linecache math os time warnings numpy numpy.linalg numpy.random "
    "torch torch.autograd torch.nn torch.nn.functional".split()
)
#: Where our own code begins to run in a child, besides the probes: what is said, and
#: what watches learner code.
_BEGINNINGS = ("coursekit.grading.worker.child", "coursekit.grading.walls.audit")


class Kept(NamedTuple):
    """What modules hold: the course's all, others the names that the course mentions.

    ``parts`` are names and values by module; ``uses`` says of each module of the
    course which others its code can lead to; ``modules`` are all that were loaded.
    """

    parts: dict[str, dict[str, Any]]
    uses: dict[str, set[str]]
    modules: dict[str, ModuleType]


@cache
def kept() -> Kept:
    """Return what the modules hold when this is called for the first time.

    That is in the warm process: looking at so many objects would copy, in every child,
    the memory that they lie in. For the same reason it is not all of NumPy.
    """
    modules = dict(sys.modules)
    ours = {name for name in modules if name.partition(".")[0] == "coursekit"}
    mentioned = {name: _mentioned(modules[name]) for name in ours}
    names = set().union(*mentioned.values())
    parts = {name: dict(vars(modules[name])) for name in ours}
    for name in modules.keys() & _RELIED_ON:
        whole = vars(modules[name])
        parts[name] = {word: whole[word] for word in names & whole.keys()}
    uses = {name: ours & {*_led_to(modules[name], mentioned[name])} for name in ours}
    return Kept(parts, uses, modules)


def keeper(
    words: set[str], replaced: Iterable[tuple[str, str]], probes: Iterable[str] = ()
) -> Callable[[], None]:
    """Return what puts the names of modules back to what they are now.

    Only of modules that code of ours still runs in, or is called by it: each of the
    others would be memory to copy for nothing.

    Parameters
    ----------
    words : set of str
        The names that are put back, besides those that our own code mentions: those in
        the notebook.
    replaced : iterable of (str, str)
        Modules, and names in them that have changed since the process was warm.
    probes : iterable of str
        The modules of the probes that will run.
    """
    parts, uses, everything = kept()
    modules, count = sys.modules, len
    others = parts.keys() & _RELIED_ON
    for name in others:
        whole = vars(modules[name])
        parts[name].update({word: whole[word] for word in words & whole.keys()})
    for name, attribute in replaced:
        if name in parts:
            parts[name][attribute] = vars(modules[name])[attribute]
    everything["__main__"] = modules["__main__"]
    needed = _reached((*_BEGINNINGS, *probes), uses) | others
    present = {name: modules[name] for name in needed}
    pairs = [(vars(modules[name]), parts[name]) for name in needed]
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


def _led_to(module: ModuleType, mentioned: set[str]) -> Iterator[str]:
    """Yield the modules of what a module's names stand for, and of its late imports."""
    yield from mentioned
    for word, value in vars(module).items():
        if not isinstance(value, ModuleType):
            yield str(getattr(value, "__module__", ""))
        elif word in mentioned:  # a package has all its modules, called or not
            yield value.__name__


def _reached(names: Iterable[str], uses: dict[str, set[str]]) -> set[str]:
    """Return those of the modules that are there, and all that they lead to."""
    found: set[str] = set()
    waiting = [name for name in names if name in uses]
    while waiting:
        if (name := waiting.pop()) not in found:
            found.add(name)
            waiting += uses[name]
    return found


def _is_ours(value: object) -> bool:
    return isinstance(value, type) and value.__module__.startswith("coursekit")


def _code(value: object) -> CodeType | None:
    value = getattr(value, "__wrapped__", value)  # of a context manager, for instance
    return value.__code__ if isinstance(value, FunctionType) else None
