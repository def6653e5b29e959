"""Find, in the source of an answer, calls that the task does not allow."""

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Use:
    """A name that is not allowed, in full, and the line that uses it."""

    name: str
    line: int


def forbidden_uses(
    source: str, forbidden: Sequence[str], names: Mapping[str, str] | None = None
) -> list[Use]:
    r"""Return the uses of ``forbidden`` dotted names in ``source``, in its order.

    Aliases are followed: imports with ``as``, ``from`` imports, star imports, plain
    assignments of one name to another, and ``getattr`` with a constant. A forbidden
    module forbids all that is in it.

    Parameters
    ----------
    source : str
        The answer; source that does not parse uses nothing.
    forbidden : sequence of str
        Dotted names ("torch.nn.LayerNorm", "coursekit.reference").
    names : mapping of str to str, optional
        What names mean that other cells define (see `meanings`).

    Examples
    --------
    >>> text = "from torch.nn import functional as F\ny = F.layer_norm(x, (3,))"
    >>> forbidden_uses(text, ["torch.nn.functional.layer_norm"])
    [Use(name='torch.nn.functional.layer_norm', line=2)]
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return []
    finder = _Finder(dict(names or {}), forbidden)
    finder.visit(tree)
    unique = {use.line: use for use in reversed(finder.found)}
    return [unique[line] for line in sorted(unique)]


def meanings(namespace: Mapping[str, Any], forbidden: Sequence[str]) -> dict[str, str]:
    """Return the dotted names of what a notebook's variables hold, where they matter.

    Modules go by their name. Other objects count when they are one of ``forbidden``,
    or were defined in a forbidden module.
    """
    objects = {id(found): name for name in forbidden if (found := _find(name))}
    module_type = type(ast)
    found = {}
    for alias, value in list(namespace.items()):
        if type(value) is module_type:
            found[alias] = value.__name__
        elif id(value) in objects:
            found[alias] = objects[id(value)]
        elif home := _forbidden_home(value, forbidden):
            found[alias] = f"{home}.{alias}"
    return found


def _forbidden_home(value: Any, forbidden: Sequence[str]) -> str:
    """Return the forbidden module that ``value`` was defined in, or nothing."""
    home = getattr(type(value) is type(_find) and value, "__module__", "") or ""
    return home if any(_covers(name, home) for name in forbidden) else ""


def _find(dotted: str) -> Any:
    """Return the object a dotted name stands for, if its module is loaded."""
    module, _, rest = dotted, "", ""
    while module and module not in sys.modules:
        module, _, last = module.rpartition(".")
        rest = f"{last}.{rest}" if rest else last
    found = sys.modules.get(module)
    for part in rest.split(".") if rest else ():
        found = getattr(found, part, None)
    return found


def _covers(forbidden: str, name: str) -> bool:
    return name == forbidden or name.startswith(f"{forbidden}.")


class _Finder(ast.NodeVisitor):
    """Walk the source once, keeping what each name stands for."""

    def __init__(self, names: dict[str, str], forbidden: Sequence[str]) -> None:
        self.names, self.forbidden = names, forbidden
        self.starred: list[str] = []
        self.found: list[Use] = []

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.note(alias.name, node.lineno)
            if alias.asname:
                self.names[alias.asname] = alias.name
            else:
                top = alias.name.partition(".")[0]
                self.names[top] = top

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name == "*":
                self.note(node.module or "", node.lineno)
                self.starred.append(node.module or "")
                continue
            full = f"{node.module}.{alias.name}"
            self.note(full, node.lineno)
            self.names[alias.asname or alias.name] = full

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        meaning = self.resolve(node.value)
        for target in node.targets:
            if isinstance(target, ast.Name):
                if meaning:
                    self.names[target.id] = meaning
                else:
                    self.names.pop(target.id, None)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            for full in self.possible(node.id):
                self.note(full, node.lineno)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if full := self.resolve(node):
            self.note(full, node.lineno)
        self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        if full := self.resolve(node):
            self.note(full, node.lineno)
        self.generic_visit(node)

    def possible(self, name: str) -> Iterator[str]:
        """Yield what a bare name may stand for."""
        if name in self.names:
            yield self.names[name]
        else:
            yield from (f"{module}.{name}" for module in self.starred)

    def resolve(self, node: ast.AST) -> str:
        """Return the dotted name an expression stands for, or nothing."""
        if isinstance(node, ast.Name):
            return next(self.possible(node.id), "")
        if isinstance(node, ast.Attribute):
            base = self.resolve(node.value)
            return f"{base}.{node.attr}" if base else ""
        if isinstance(node, ast.Call) and isinstance(
            node.func, ast.Name | ast.Attribute
        ):
            return self.resolve_call(node)
        return ""

    def resolve_call(self, node: ast.Call) -> str:
        """Follow ``getattr(F, "layer_norm")`` and ``import_module("torch.nn")``."""
        called = ast.unparse(node.func)
        given = [a.value for a in node.args if isinstance(a, ast.Constant)]
        if called in ("__import__", "import_module", "importlib.import_module"):
            return str(given[0]) if given else ""
        if called == "getattr" and len(node.args) > 1 and given:
            base = self.resolve(node.args[0])
            return f"{base}.{given[0]}" if base else ""
        return ""

    def note(self, full: str, line: int) -> None:
        if any(_covers(name, full) for name in self.forbidden):
            self.found.append(Use(full, line))
