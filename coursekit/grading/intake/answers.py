"""Pick a learner's answers out of a notebook's cells, without running any of them.

For each task this finds the cell that answers it. Each cell is parsed by itself, so
that a broken one costs only the task it answers.
"""

import ast
import difflib
import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from coursekit.grading.intake.parsing import Parsed, unparsed
from coursekit.grading.intake.reading import Cell, Notebook
from coursekit.grading.reasons import NOT_WRITTEN, Reason

_SIGNS = {ast.UAdd: operator.pos, ast.USub: operator.neg}
_ARITHMETIC = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}


@dataclass(frozen=True)
class Answer:
    """The source that answers a task, and notes on how it was found."""

    source: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class NoAnswer:
    """Why a task has no answer that could be run: the code and the message."""

    reason: Reason
    message: str


def answer_to(
    task: str, notebook: Notebook, start: str = "", others: Iterable[str] = ()
) -> Answer | NoAnswer:
    """Return the answer to ``task``: the last that is more than the stub.

    Parameters
    ----------
    task : str
        The name of the function or class to define.
    notebook : Notebook
        What was handed in.
    start : str, default=""
        The source of the cell as learners got it: an answer that equals it is a stub.
    others : iterable of str, default=()
        Names that other tasks ask for: none of them is this one misspelt.
    """
    cells = [cell for cell in notebook.cells if cell.source.strip()]
    marked = [cell for cell in cells if task in (cell.task, cell.nbgrader_id)]
    named = [c for c in cells if _is_code(c, task) and task in c.parsed.defined()]
    there = [cell for cell in cells if cell in marked or cell in named]
    if not there:
        return _missing(task, cells, set(others))
    whole = [cell for cell in there if task in cell.parsed.defined()]
    tried = [cell for cell in whole if not _is_stub(cell.parsed, task, start)]
    if not whole:
        return _not_defined(task, there[-1].parsed)
    if not tried:
        broken = [cell.parsed.broken for cell in marked if cell.parsed.broken]
        if broken:
            return NoAnswer(Reason.SYNTAX_ERROR, broken[-1])
        return NoAnswer(Reason.NOT_ATTEMPTED, NOT_WRITTEN)
    chosen = tried[-1]
    return Answer(chosen.parsed.source, tuple(_notes(chosen, tried, marked)))


def is_begun(notebook: Notebook, starts: Mapping[str, str]) -> bool:
    """Tell whether a notebook has anything beyond the exercise as it is handed out.

    Parameters
    ----------
    notebook : Notebook
        What was handed in.
    starts : mapping of str to str
        Each task and question with its cell as learners got it, '' where unknown.
    """
    return any(_is_tried(name, notebook, starts) for name in starts)


def _is_tried(name: str, notebook: Notebook, starts: Mapping[str, str]) -> bool:
    """Whether there is an answer to a task or question, or a cell that tries to be."""
    found = short_answer(name, notebook)
    if isinstance(found, NoAnswer) and found.reason is Reason.CELL_MISSING:
        found = answer_to(name, notebook, starts[name], starts)
    if isinstance(found, NoAnswer):
        return found.reason not in (Reason.CELL_MISSING, Reason.NOT_ATTEMPTED)
    return found is not ...


def short_answer(
    question: str, notebook: Notebook, call: str = "answer"
) -> object | NoAnswer:
    """Return what ``answer("name", ...)`` was given, `NoAnswer` if there is no call.

    Only literals are read: numbers and arithmetic with them, texts, tuples and lists,
    and ``...`` for no answer yet. The last call that is more than the dots counts.
    """
    found: tuple[object] | None = None
    broken = ""
    for cell in notebook.cells:
        if cell.task == question:
            broken = cell.parsed.broken
        for node in cell.parsed.calls:
            if len(node.args) < 2:
                continue
            called, about = node.func, node.args[0]
            if getattr(called, "attr", getattr(called, "id", "")) != call:
                continue
            if isinstance(about, ast.Constant) and about.value == question:
                value = _literal(node.args[1])
                found = (value,) if found is None or value is not ... else found
    return found[0] if found else _no_short(question, call, broken)


def _no_short(question: str, call: str, broken: str) -> NoAnswer:
    if broken:
        return NoAnswer(Reason.SYNTAX_ERROR, broken)
    return NoAnswer(
        Reason.CELL_MISSING,
        f'The notebook has no cell with {call}("{question}", ...). Was it deleted? '
        "Take a fresh copy of the exercise and put your answers in.",
    )


def _literal(node: ast.expr) -> object:
    """Return the value of a literal; of anything else the text, which is no answer."""
    try:
        return _value(node)
    except (ValueError, TypeError, ArithmeticError, RecursionError):
        return unparsed(node)[:80]


def _value(node: ast.expr) -> object:
    """Evaluate numbers, texts, shapes and arithmetic; raise ValueError at all else."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Tuple | ast.List):
        return tuple(_value(item) for item in node.elts)
    if isinstance(node, ast.UnaryOp) and type(node.op) in _SIGNS:
        return _SIGNS[type(node.op)](_number(node.operand))
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        left, right = _number(node.left), _number(node.right)
        if isinstance(node.op, ast.Pow):  # as floats: a power of ints may never end
            left = float(left)
        return _ARITHMETIC[type(node.op)](left, right)
    raise ValueError


def _number(node: ast.expr) -> float:
    value = _value(node)
    if type(value) not in (int, float) or abs(value) > 1e300:
        raise ValueError
    return value


def _is_code(cell: Cell, task: str) -> bool:
    """Whether a cell may answer: code, or what was code before its kind changed."""
    return cell.kind == "code" or task in (cell.task, cell.nbgrader_id)


def _is_stub(one: Parsed, task: str, start: str) -> bool:
    """Whether a cell is as learners got it, or its answer only raises."""
    if start and one.source.strip() == start.strip():
        return True
    node = next(n for n in reversed(one.definitions) if n.name == task)
    bodies = [node.body]
    if isinstance(node, ast.ClassDef):
        bodies = [m.body for m in node.body if isinstance(m, ast.FunctionDef)]
    return bool(bodies) and all(_raises_only(body) for body in bodies)


def _raises_only(body: Sequence[ast.stmt]) -> bool:
    """Whether a function does nothing but raise NotImplementedError."""
    rest = [n for n in body if not (isinstance(n, ast.Expr) and _is_text(n.value))]
    if len(rest) != 1 or not isinstance(rest[0], ast.Raise) or rest[0].exc is None:
        return False
    return "NotImplementedError" in unparsed(rest[0].exc)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _notes(chosen: Cell, tried: list[Cell], marked: list[Cell]) -> Iterator[str]:
    """Yield what was unusual about the place of an answer."""
    if len(tried) > 1:
        yield f"There are {len(tried)} answers to this task; the last one counts."
    if chosen not in marked:
        yield "The answer's cell was found by the name it defines."
    if chosen.kind != "code":
        yield f"The answer was in a cell of kind {chosen.kind[:20]!r}."
    yield from chosen.parsed.notes


def _missing(task: str, cells: list[Cell], others: set[str]) -> NoAnswer:
    """Say that no cell answers a task, and which name comes near."""
    defined = [name for cell in cells for name in cell.parsed.defined()]
    names = [name for name in defined if name not in others]
    near = difflib.get_close_matches(task, names, n=1)
    if near:
        return NoAnswer(
            Reason.NOT_DEFINED,
            f"No cell defines {task}; one defines {near[0]}. The name after `def` or "
            "`class` must be the task's.",
        )
    return NoAnswer(
        Reason.CELL_MISSING,
        f"The notebook has no cell for {task}. Was it deleted? Take a fresh copy of "
        "the exercise and put your answer in.",
    )


def _not_defined(task: str, one: Parsed) -> NoAnswer:
    """Say why the cell of a task does not define it."""
    if one.broken:
        return NoAnswer(Reason.SYNTAX_ERROR, one.broken)
    near = difflib.get_close_matches(task, one.defined(), n=1, cutoff=0.3)
    defines = f"it defines {near[0]}" if near else "it defines something else"
    if not one.defined():
        defines = "it defines no function and no class"
    return NoAnswer(
        Reason.NOT_DEFINED,
        f"The cell of {task} should define {task} at its top level; {defines}.",
    )
