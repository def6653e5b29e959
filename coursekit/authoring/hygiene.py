"""Rules for committed notebooks; every function returns what breaks its rule."""

import ast
import re
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path

from nbformat import NotebookNode

from coursekit.authoring.answers import answer_lines
from coursekit.authoring.sources import KNOWN_TAGS, tags_of

CELL_LINES, CELL_MEDIAN, DEFINITION_LINES = 20, 6, 8
ABSOLUTE = re.compile(
    r"(?<![\w.:/~<])/(?:home|Users|root|tmp|usr|var|opt|mnt|private|work)/\w"
    r"|\b[A-Z]:[\\/]+(?:Users|Windows|Temp|Program)\b"
)
ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")
PICTURE = re.compile(r"data:image/\w+;base64,[A-Za-z0-9+/=]+")
#: The sentence with which `coursekit.lesson.predict` answers a guess it cannot use.
UNUSABLE_GUESS = re.compile(r"Change the guess in this cell|is not one of the choices")
#: Lines of many answers that give none away: every torch module has the second.
NOBODYS = re.compile(
    r"return [\w, ]+$|super\(\)\.__init__\(\)$|with torch\.no_grad\(\):$"
)

Rule = Callable[[NotebookNode], Iterator[str]]


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the cells of code."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def code_lines(source: str) -> int:
    """Count the lines that are neither blank nor a comment."""
    return sum(line.strip()[:1] not in ("", "#") for line in source.splitlines())


def output_texts(cell: NotebookNode) -> Iterator[str]:
    """Yield every text among a cell's outputs, pictures left out."""
    for output in cell.get("outputs", []):
        forms = {"stream": output.get("text", ""), **output.get("data", {})}
        for kind, text in forms.items():
            if isinstance(text, str) and kind not in ("image/png", "image/jpeg"):
                yield PICTURE.sub("", text)


def stored_state(notebook: NotebookNode) -> Iterator[str]:
    """No widget state: where it is malformed, GitHub refuses to show the file."""
    if "widgets" in notebook.metadata:
        yield "metadata.widgets is stored; build the notebook instead of saving it"


def local_traces(notebook: NotebookNode) -> Iterator[str]:
    """No absolute path of anyone's computer, and no address in memory."""
    for cell in notebook.cells:
        for text in (cell.source, *output_texts(cell)):
            for found in ABSOLUTE.finditer(text):
                near = text[found.start() : found.end() + 20]
                yield f"[{cell.id}] absolute path {near!r}"
        for text in output_texts(cell):
            if found := ADDRESS.search(text):
                yield f"[{cell.id}] address {found.group()}; show a value instead"


def silent_ends(notebook: NotebookNode) -> Iterator[str]:
    """No cell ends in ';': it hides an output, and strict nbval fails on it."""
    for cell in code_cells(notebook):
        if cell.source.rstrip().endswith(";"):
            yield f"[{cell.id}] ends in ';'; assign the value to _ instead"


def noise(notebook: NotebookNode) -> Iterator[str]:
    """No warning, no error, and no guess that cannot be used among the outputs."""
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if output.get("name") == "stderr":
                yield f"[{cell.id}] writes to stderr: {output.text.strip()[:80]}"
            if output.output_type == "error":
                yield f"[{cell.id}] raises {output.ename}: {output.evalue[:80]}"
        if any(UNUSABLE_GUESS.search(text) for text in output_texts(cell)):
            yield f"[{cell.id}] the guess it comes with cannot be used"


def speaking_ids(notebook: NotebookNode) -> Iterator[str]:
    """Every cell has an id of its own, made of words."""
    ids = [cell.get("id", "") for cell in notebook.cells]
    for cell_id in ids:
        if not re.fullmatch(r"[a-z][a-z0-9_-]*", cell_id):
            yield f"[{cell_id}] is not an id made of words"
        elif re.fullmatch(r"[0-9a-f]{8}(-.*)?", cell_id):
            yield f"[{cell_id}] is a hash; give the cell a title"
    for cell_id in sorted({i for i in ids if ids.count(i) > 1}):
        yield f"[{cell_id}] is the id of {ids.count(cell_id)} cells"


def known_tags(notebook: NotebookNode) -> Iterator[str]:
    """Tags come from one list."""
    for cell in notebook.cells:
        for tag in sorted(set(tags_of(cell)) - KNOWN_TAGS):
            yield f"[{cell.id}] unknown tag {tag!r}; known: {sorted(KNOWN_TAGS)}"


def executed(notebook: NotebookNode) -> Iterator[str]:
    """Every code cell has run, in order: a stripped notebook is never compared."""
    counts = [cell.execution_count for cell in code_cells(notebook)]
    if counts != list(range(1, len(counts) + 1)):
        yield f"code cells must be executed from first to last; counts are {counts}"


def not_executed(notebook: NotebookNode) -> Iterator[str]:
    """No code cell of an exercise has run or has an output."""
    for cell in code_cells(notebook):
        if cell.execution_count is not None or cell.outputs:
            yield f"[{cell.id}] is executed; exercises come without outputs"


def short_cells(notebook: NotebookNode) -> Iterator[str]:
    """Cells can be taken in at a glance: 20 lines at most, 6 in the middle."""
    sizes = {cell.id: code_lines(cell.source) for cell in code_cells(notebook)}
    for cell_id, size in sizes.items():
        if size > CELL_LINES:
            yield f"[{cell_id}] has {size} lines of code; at most {CELL_LINES}"
    if sizes and statistics.median(sizes.values()) > CELL_MEDIAN:
        yield (
            f"the median code cell has {statistics.median(sizes.values()):g} lines; "
            f"at most {CELL_MEDIAN}"
        )


def small_definitions(notebook: NotebookNode) -> Iterator[str]:
    """No class and no long function in a lesson: those live in the package."""
    for cell in code_cells(notebook):
        lines = cell.source.splitlines()
        for node in ast.walk(_parsed(cell)):
            if isinstance(node, ast.ClassDef):
                yield f"[{cell.id}] class {node.name} belongs in the package"
            if isinstance(node, ast.FunctionDef):
                size = code_lines("\n".join(lines[node.lineno - 1 : node.end_lineno]))
                if size > DEFINITION_LINES:
                    yield (
                        f"[{cell.id}] {node.name} has {size} lines; at most "
                        f"{DEFINITION_LINES}, longer ones go in the package"
                    )


def instructor_cells(notebook: NotebookNode) -> Iterator[str]:
    """At least one cell is for instructors and says how long things take."""
    for_them = [cell for cell in notebook.cells if "instructor" in tags_of(cell)]
    if not any(re.search(r"\d+ min\b", cell.source) for cell in for_them):
        yield "no cell tagged 'instructor' gives minutes ('10 min')"


def answers_in(notebook: NotebookNode, sources: list[str]) -> Iterator[str]:
    """Yield the lines of answers that the exercise ``notebook`` still shows.

    Parameters
    ----------
    notebook : NotebookNode
        The exercise.
    sources : list of str
        The cells of the solution's source that have answers.
    """
    shown = [(cell.id, cell.source) for cell in notebook.cells]
    for source in sources:
        for line in answer_lines(source):
            if len(line) < 15 or NOBODYS.match(line):
                continue  # nobody's answer: ")", "return y, cache"
            for cell_id, text in shown:
                if line in text:
                    yield f"[{cell_id}] shows the answer's line {line!r}"
    for cell_id, text in shown:
        if re.search(r"\b(BEGIN|END) ANSWER\b", text):
            yield f"[{cell_id}] shows an answer marker"


def _parsed(cell: NotebookNode) -> ast.Module:
    lines = cell.source.splitlines()
    return ast.parse("\n".join("" if ln[:1] in ("%", "!") else ln for ln in lines))


#: Rules for every committed notebook, and those of each kind.
ALWAYS: tuple[Rule, ...] = (
    stored_state,
    local_traces,
    silent_ends,
    noise,
    speaking_ids,
    known_tags,
)
LESSON: tuple[Rule, ...] = (executed, short_cells, small_definitions, instructor_cells)
SOLUTION: tuple[Rule, ...] = (executed,)
EXERCISE: tuple[Rule, ...] = (not_executed,)
BY_FOLDER = {"notebooks": LESSON, "solutions": SOLUTION, "exercises": EXERCISE}


def rules_for(path: Path) -> tuple[Rule, ...]:
    """Return the rules for a notebook by the folder it lies in."""
    return ALWAYS + BY_FOLDER[path.parent.name]
