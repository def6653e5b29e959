"""Parse what stands in a cell, without running any of it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_MAGIC = re.compile(r"^\s*%(?!%)\w")
#: What may stand above a cell that is Python and is run as such.
_AROUND = re.compile(r"^%%(?:time|timeit|capture)\b")
_SHELL = re.compile(r"^\s*(?:!|%%)")


@dataclass(frozen=True)
class Parsed:
    """A cell after its magics are taken out: its statements, or why there are none."""

    source: str
    body: tuple[ast.stmt, ...] = ()
    broken: str = ""
    notes: tuple[str, ...] = ()

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Everything in it, what is nested in other things as well."""
        return tuple(ast.walk(ast.Module(body=[*self.body], type_ignores=[])))

    @cached_property
    def calls(self) -> tuple[ast.Call, ...]:
        """The calls in it, wherever they stand."""
        return tuple(node for node in self.nodes if isinstance(node, ast.Call))

    @cached_property
    def words(self) -> frozenset[str]:
        """The names in it, and the words in its texts: "torch.nn" is two."""
        return frozenset(word for node in self.nodes for word in _words(node))

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """The functions and classes whose names are set where the cell is run.

        What stands under ``if``, ``try``, ``with`` or in a loop counts.
        """
        found, waiting = [], [*reversed(self.body)]
        while waiting:
            node = waiting.pop()
            if isinstance(node, Definition):
                found.append(node)
            elif not isinstance(node, ast.expr):
                waiting += reversed([*ast.iter_child_nodes(node)])
        return tuple(found)

    def defined(self) -> list[str]:
        """Return the names of its functions and classes."""
        return [node.name for node in self.definitions]


def parse(source: str) -> Parsed:
    """Parse a cell; magics that only measure are taken out, commands never run.

    Most cells of a class are as they were handed out, so short ones are remembered.
    """
    return _remembered(source) if len(source) <= SHORT else _parse(source)


#: Characters of a cell that is worth remembering; nothing so short nests too deep.
SHORT = 2000


def _parse(source: str) -> Parsed:
    lines, notes, above = source.splitlines(), [], True
    for number, line in enumerate(lines, start=1):
        around = above and _AROUND.match(line)
        above = above and bool(around or not line.strip())
        if around or _MAGIC.match(line):
            indent = line[: len(line) - len(line.lstrip())]
            lines[number - 1] = f"{indent}pass"
            notes.append(f"Line {number}, {line.strip()[:40]!r}, was left out.")
        elif _SHELL.match(line):
            broken = (
                f"Line {number} is not Python and is not run: {line.strip()[:60]!r}. "
                "Take it out of the answer's cell."
            )
            return Parsed(source, broken=broken)
    source = "\n".join(lines)
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        text = (error.text or "").strip()[:60]
        broken = f"Line {error.lineno} is not Python: {error.msg}: {text!r}."
        return Parsed(source, broken=broken)
    except (ValueError, RecursionError, MemoryError) as error:
        return Parsed(source, broken=f"The cell is not Python: {error}.")
    return Parsed(source, tuple(body), notes=tuple(notes))


_remembered = lru_cache(maxsize=256)(_parse)


def _words(node: ast.AST) -> Iterator[str]:
    """Yield the words that a part of a program consists of, without what is in it."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from node.value.split(".")
    elif isinstance(node, ast.alias):
        yield from node.name.split(".")
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield from node.module.split(".")


def unparsed(node: ast.AST) -> str:
    """Return the source of a tree; '' where it is nested too deep to be written."""
    try:
        return ast.unparse(node)
    except RecursionError:
        return ""
