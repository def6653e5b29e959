"""Reason codes, points and times in words that a learner and an instructor read."""

from coursekit.grading.display import printable
from coursekit.grading.reasons import Reason

#: Longest name of a person or a file that is repeated.
MAX_NAME = 80

IN_WORDS = {
    Reason.OK: "right",
    Reason.WRONG_VALUE: "wrong values",
    Reason.WRONG_SHAPE: "wrong shape",
    Reason.WRONG_DTYPE: "wrong dtype",
    Reason.WRONG_TYPE: "wrong type",
    Reason.NON_FINITE: "NaN or infinite numbers",
    Reason.NON_DETERMINISTIC: "answers that differ from run to run",
    Reason.MUTATED_INPUT: "changed its input",
    Reason.NOT_ATTEMPTED: "not written yet",
    Reason.NOT_DEFINED: "name not defined",
    Reason.NOT_CALLABLE: "not a function or class",
    Reason.BAD_SIGNATURE: "wrong arguments",
    Reason.RAISED: "raised an exception",
    Reason.SYNTAX_ERROR: "a syntax error",
    Reason.LOAD_ERROR: "raised while it was loaded",
    Reason.LOAD_TIMEOUT: "took too long to load",
    Reason.TIMEOUT_CPU: "computed for too long",
    Reason.TIMEOUT_WALL: "waited for too long",
    Reason.MEMORY_LIMIT: "took too much memory",
    Reason.DISK_LIMIT: "wrote too much to disk",
    Reason.OUTPUT_LIMIT: "printed too much",
    Reason.RESULT_LIMIT: "returned too much",
    Reason.PROCESS_EXIT: "ended the process",
    Reason.PROCESS_SIGNAL: "crashed the process",
    Reason.PROTOCOL_VIOLATION: "sent something that is no result",
    Reason.SANDBOX_DENIED: "tried what is not allowed while grading",
    Reason.FORBIDDEN_API: "used a call the task does not allow",
    Reason.BLOCKED_BY: "waits for an earlier check",
    Reason.CELL_MISSING: "its cell is missing",
    Reason.NOTEBOOK_UNREADABLE: "the notebook cannot be read",
    Reason.NOTEBOOK_VERSION: "a notebook format that is not known",
    Reason.FILE_REJECTED: "a file that is not opened",
    Reason.AMBIGUOUS_SUBMISSION: "no telling which exercise it is",
    Reason.NO_SUBMISSION: "nothing handed in",
    Reason.GRADER_ERROR: "the grader failed",
}


def points(value: float | None) -> str:
    """Return points for people; where the grader failed there are none.

    Examples
    --------
    >>> points(3), points(2.5), points(-1 / 3), points(None)
    ('3', '2.5', '−0.33', 'no score')
    """
    if value is None:
        return "no score"
    return f"{value:.2f}".rstrip("0").rstrip(".").replace("-", "−")


def name(text: str, otherwise: str = "(no name)") -> str:
    """Return a name on one line, bounded and safe to show."""
    return printable(" ".join(text[: 4 * MAX_NAME].split()), MAX_NAME, 1) or otherwise


def person(learner: str, learner_id: str) -> str:
    """Return how somebody is called: the name, and the id where it says more.

    Examples
    --------
    >>> person("Ada Lovelace", "s7"), person("ada", "ada"), person("", "s7")
    ('Ada Lovelace (s7)', 'ada', 's7')
    """
    if learner_id and learner and learner_id != learner:
        return f"{name(learner)} ({name(learner_id)})"
    return name(learner or learner_id)


def title(exercise: str) -> str:
    """Return an exercise's name as a heading.

    Examples
    --------
    >>> title("07_layer_norm")
    '07 layer norm'
    """
    return name(exercise.replace("_", " "), "(no exercise)")


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> count(1, "check"), count(2, "check"), count(0, "copy", "copies")
    ('1 check', '2 checks', '0 copies')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def seconds(value: float) -> str:
    """Return a time with three digits.

    Examples
    --------
    >>> seconds(0.01234), seconds(2.5)
    ('12.3 ms', '2.5 s')
    """
    return f"{value:.3g} s" if value >= 1 else f"{1000 * value:.3g} ms"
