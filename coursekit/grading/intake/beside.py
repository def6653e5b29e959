"""Take from a notebook's cells what its answers may need beside them.

A notebook is judged by what it defines: of the cells that are no answer, imports,
functions, classes and constants are loaded, and nothing that a learner computed.
"""

import ast
import symtable
from collections.abc import Iterable, Iterator
from contextlib import suppress

from coursekit.grading.intake.parsing import Definition, unparsed
from coursekit.grading.intake.reading import Cell, Notebook

#: Parts of an expression that only name, hold and combine: evaluating them runs nothing
#: that a learner wrote.
_CONSTANT = (
    ast.Constant,
    ast.Name,
    ast.Attribute,
    ast.Tuple,
    ast.List,
    ast.Set,
    ast.Dict,
    ast.UnaryOp,
    ast.BinOp,
    ast.operator,
    ast.unaryop,
    ast.expr_context,
    ast.Lambda,
    ast.arguments,
    ast.arg,
    ast.Starred,
)
#: What has names of its own, which are not set where it stands.
_SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def beside(notebook: Notebook, tasks: Iterable[str]) -> Iterator[str]:
    """Yield, cell by cell, what answers may need: imports, definitions, constants.

    Parameters
    ----------
    notebook : Notebook
        What was handed in.
    tasks : iterable of str
        Names that are answers themselves; their definitions are not repeated.
    """
    answers = set(tasks)
    for cell in _code(notebook):
        kept = [node for node in cell.parsed.body if _may_load(node, answers)]
        if kept and (source := unparsed(ast.Module(body=kept, type_ignores=[]))):
            yield source


def not_loaded(source: str, notebook: Notebook) -> Iterator[str]:
    """Yield a note on each name that an answer reads and whose value is not loaded.

    Parameters
    ----------
    source : str
        The answer's cell, which is run as a whole.
    notebook : Notebook
        What was handed in. What an answer calls in other cells is looked at as well.
    """
    loaded: dict[str, ast.stmt] = {}
    skipped: dict[str, ast.stmt] = {}
    for node in (node for cell in _code(notebook) for node in cell.parsed.body):
        may = _may_load(node, set())
        for name in _set_by(node):
            (loaded if may else skipped)[name] = node
            if may:  # what is set last counts
                skipped.pop(name, None)
    read, waiting = set(), [source] if skipped else []
    while waiting:
        new = _read_by(waiting.pop()) - read
        read |= new
        waiting += [unparsed(loaded[name]) for name in new if name in loaded]
    for name in sorted(read & set(skipped)):
        line = unparsed(skipped[name]).partition("\n")[0][:60]
        yield (
            f"The value that `{line}` gives to `{name}` was not loaded. Answers are "
            "loaded from definitions, imports and plain constants at the top level of "
            f"cells: write `{name}` as one of these, or set it inside the answer."
        )


def _code(notebook: Notebook) -> Iterator[Cell]:
    return (cell for cell in notebook.cells if cell.kind == "code")


def _set_by(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement of a cell sets for the cells after it."""
    waiting: list[ast.AST] = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Definition):
            yield one.name
        elif isinstance(one, ast.alias):
            yield one.asname or one.name.partition(".")[0]
        elif isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
            yield one.id
        elif not isinstance(one, _SCOPES):
            waiting += ast.iter_child_nodes(one)


def _read_by(source: str) -> set[str]:
    """Return the names that a source reads and does not set itself."""
    tables: list[symtable.SymbolTable] = []
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        tables.append(symtable.symtable(source, "<cell>", "exec"))
    own = {s.get_name() for t in tables for s in t.get_symbols() if s.is_local()}
    read = set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        symbols = (one for one in table.get_symbols() if one.is_global())
        read |= {one.get_name() for one in symbols if one.is_referenced()}
    return read - own


def _may_load(node: ast.stmt, answers: set[str]) -> bool:
    """Whether a statement of another cell is loaded beside the answers."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, Definition):
        return node.name not in answers
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        parts = [*ast.walk(node.value), *(n for t in targets for n in ast.walk(t))]
        return all(isinstance(part, _CONSTANT) for part in parts)
    return False
