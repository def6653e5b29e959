"""Run the cells of a notebook in this process, so that its answers can be called."""

import __future__

import ast
import copy
import linecache
from collections.abc import Callable, Iterator
from types import CodeType, SimpleNamespace
from typing import Any

from coursekit.grading.worker.gate import Missing
from coursekit.probes.outcome import Raised
from coursekit.probes.run import Bounded, describe, quiet

Names = dict[str, Any]


class Broken(Exception):
    """A cell could not be run; ``raised`` says why and in which of its lines."""

    def __init__(self, raised: Raised, *, syntax: bool = False) -> None:
        super().__init__(raised.message)
        self.raised, self.syntax = raised, syntax


class Later:
    """Stands for another answer of the same notebook, which is loaded when called."""

    def __init__(self, name: str, load: Callable[[], Any]) -> None:
        self.__name, self.__load, self.__found = name, load, []

    def __get(self) -> Any:
        if not self.__found:
            try:
                self.__found.append(self.__load())
            except Broken as broken:
                why = f"its cell raised {said(broken.raised)}"
                raise NameError(f"{self.__name} is not there: {why}") from None
        return self.__found[0]

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Call the answer."""
        return self.__get()(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.__get(), name)

    def __mro_entries__(self, bases: Any) -> tuple[Any, ...]:
        return (self.__get(),)

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, self.__get())


def run_cell(source: str, file: str, names: Names) -> None:
    """Run an answer's cell in ``names``, as a notebook does.

    An import that fails costs its names alone: an answer may not need them.

    Parameters
    ----------
    source : str
        The cell.
    file : str
        What tracebacks call it.
    names : dict
        What is defined before, and afterwards what the cell has defined as well.

    Raises
    ------
    Broken
        If a statement raised, or is not Python.
    """
    for node, code in _statements(source, file):
        try:
            _run(code, names)
        except Broken as broken:
            if not isinstance(node, ast.Import | ast.ImportFrom):
                raise
            names.update(_missing(node, broken.raised))


def run_beside(source: str, file: str, names: Names) -> list[str]:
    """Run what stands beside the answers; return a note on each statement that fails.

    A statement that fails costs the names it would have defined, and nothing else.
    """
    notes = []
    try:
        for node, code in _statements(source, file):
            try:
                _run(code, names)
            except Broken as broken:
                names.update(lost := _missing(node, broken.raised))
                if lost and not isinstance(node, ast.Import | ast.ImportFrom):
                    what = " and ".join(f"`{name}`" for name in lost)
                    notes.append(f"{what} could not be defined: {said(broken.raised)}.")
    except Broken as broken:  # not Python
        notes.append(f"A cell beside the answers was left out: {said(broken.raised)}.")
    return notes


def said(raised: Raised) -> str:
    """Say in one line what an exception was, as Python words it, and where."""
    where = f" in line {raised.line}" if raised.line else ""
    source = f", `{raised.source_line[:80]}`" if raised.source_line else ""
    told = f"{raised.type_name}: {raised.message[:300]}".rstrip(": .")
    return f"{told}{where}{source}"


def _statements(source: str, file: str) -> Iterator[tuple[ast.stmt, CodeType]]:
    """Yield the statements of a cell and their code, one after the other."""
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    flags = 0
    try:
        for node in _split(ast.parse(source, file)):
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                feature = getattr(__future__, node.names[0].name, None)
                flags |= getattr(feature, "compiler_flag", 0)
            one = ast.Module(body=[node], type_ignores=[])
            yield node, compile(one, file, "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        text = (getattr(error, "text", None) or "").strip()[:200]
        message = str(getattr(error, "msg", error))[:200]
        raised = Raised(type(error).__name__, message, line, text)
        raise Broken(raised, syntax=True) from None


def _split(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield the statements of a cell; of an import, each name by itself."""
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                one = copy.copy(node)
                one.names = [alias]
                yield one
        else:
            yield node


def _run(code: CodeType, names: Names) -> None:
    """Run one statement; whatever it raises ends as `Broken`."""
    printed = Bounded()
    try:
        with quiet(printed):
            exec(code, names)
        printed.check()
    except BaseException as error:
        cell = SimpleNamespace(__code__=code)
        raised = describe(error, cell, printed.text())
    else:
        return
    raise Broken(raised)  # outside, so that the frames of the failed call are gone


def _missing(node: ast.stmt, raised: Raised) -> dict[str, Missing]:
    """Return what complains, for each name a failed statement would have defined."""
    no_package = raised.type_name == "ModuleNotFoundError"
    if isinstance(node, ast.Import | ast.ImportFrom) and no_package:
        return dict(_imported(node))
    why = said(raised)
    return {name: Missing(name, why) for name in _defined(node)}


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, Missing]]:
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            full = f"{node.module}.{alias.name}"
        else:
            full = alias.name if alias.asname else alias.name.partition(".")[0]
        name = alias.asname or alias.name.partition(".")[0]
        if name != "*":
            yield name, Missing(full)


def _defined(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement at the top level defines."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (a.asname or a.name.partition(".")[0] for a in node.names)
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            names = (n for n in ast.walk(target) if isinstance(n, ast.Name))
            yield from (name.id for name in names)
