"""Find, in the source of an answer, calls that the task does not allow."""

import ast
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

#: How many helpers may stand between an answer and what it may not use.
MOST_PASSES = 8


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
    finder = _Finder(dict(names or {}), forbidden)
    finder.read(source)
    unique = {use.line: use for use in reversed(finder.found)}
    return [unique[line] for line in sorted(unique)]


def uses_in_cells(
    task: str, cell: str, forbidden: Sequence[str], others: Iterable[str] = ()
) -> list[Use]:
    r"""Return the uses of ``forbidden`` names in what a cell defines as ``task``.

    Lines count from the first of the definition, as in the notebook's own check.

    Parameters
    ----------
    task : str
        The name of the function or class.
    cell : str
        The source of the cell that defines it.
    forbidden : sequence of str
        Dotted names.
    others : iterable of str, default=()
        The other cells. What they, and the rest of the cell, import and define is
        known by its name: a helper made of something forbidden stands for it.

    Examples
    --------
    >>> cell = "def mine(x):\n    return layer(x)"
    >>> other = "import torch\nlayer = torch.nn.LayerNorm"
    >>> uses_in_cells("mine", cell, ["torch.nn.LayerNorm"], [other])
    [Use(name='torch.nn.LayerNorm', line=2)]
    """
    if not forbidden:
        return []
    finder, sources = _Finder({}, forbidden), [*others, cell]
    for _ in range(MOST_PASSES):  # a cell may use what a later one defines
        before = dict(finder.names)
        for source in sources:
            finder.read(source)
        if finder.names == before:
            break
    finder.names.pop(task, None)
    return forbidden_uses(definition(task, cell), forbidden, finder.names)


def could_use(words: Collection[str], forbidden: Sequence[str]) -> bool:
    """Tell whether a notebook with these words can use one of ``forbidden`` at all.

    A use is found by following names, so every part of the dotted name has to stand
    somewhere. Most notebooks have not even the words, and need not be searched.

    Parameters
    ----------
    words : collection of str
        All names in the notebook, and the parts of its texts between the dots.
    forbidden : sequence of str
        Dotted names.
    """
    return any(all(part in words for part in name.split(".")) for name in forbidden)


def definition(name: str, cell: str) -> str:
    """Return the last definition of a name at the top level of a cell."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        found = [n for n in ast.parse(cell).body if getattr(n, "name", "") == name]
        for node in (n for n in reversed(found) if isinstance(n, kinds)):
            first = min([node, *node.decorator_list], key=lambda n: n.lineno).lineno
            return "\n".join(cell.splitlines()[first - 1 : node.end_lineno])
    return cell


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


def _starred(module: str, forbidden: Sequence[str]) -> dict[str, str]:
    """Return what a star import brings that matters: the forbidden, or the way to it.

    Examples
    --------
    >>> _starred("torch", ["torch.nn.LayerNorm", "coursekit.nets"])
    {'nn': 'torch.nn'}
    """
    inside = [name[len(module) + 1 :] for name in forbidden if _covers(module, name)]
    heads = {rest.partition(".")[0] for rest in inside if rest}
    return {head: f"{module}.{head}" for head in sorted(heads)}


class _Finder(ast.NodeVisitor):
    """Walk the source once, keeping what each name stands for."""

    def __init__(self, names: dict[str, str], forbidden: Sequence[str]) -> None:
        self.names, self.forbidden = names, forbidden
        self.found: list[Use] = []

    def read(self, source: str) -> None:
        """Walk a source; one that Python cannot read, or not to its end, says less."""
        with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            self.visit(ast.parse(source))

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
                self.names |= _starred(node.module or "", self.forbidden)
                continue
            full = f"{node.module}.{alias.name}"
            self.note(full, node.lineno)
            self.names[alias.asname or alias.name] = full

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.define(node)

    visit_AsyncFunctionDef = visit_ClassDef = visit_FunctionDef

    def define(self, node: ast.FunctionDef | ast.ClassDef) -> None:
        """Look inside; what is made of something forbidden stands for it."""
        before, outside = len(self.found), dict(self.names)
        self.generic_visit(node)
        self.names = outside  # what it defines inside means nothing out here
        self.names.pop(node.name, None)
        if len(self.found) > before:
            self.names[node.name] = self.found[before].name

    def visit_Assign(self, node: ast.Assign) -> None:
        before = len(self.found)
        self.generic_visit(node)
        meaning = self.resolve(node.value)
        if isinstance(node.value, ast.Lambda) and len(self.found) > before:
            meaning = self.found[before].name
        for target in node.targets:
            if isinstance(target, ast.Name):
                if meaning:
                    self.names[target.id] = meaning
                else:
                    self.names.pop(target.id, None)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load) and node.id in self.names:
            self.note(self.names[node.id], node.lineno)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if full := self.resolve(node):
            self.note(full, node.lineno)
        self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        if full := self.resolve(node):
            self.note(full, node.lineno)
        self.generic_visit(node)

    def resolve(self, node: ast.AST) -> str:
        """Return the dotted name an expression stands for, or nothing."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id, "")
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
