"""What a learner is told when an answer could not be run to its end."""

from coursekit.grading.reasons import Reason
from coursekit.grading.worker.job import Limits
from coursekit.probes.plain import with_article


def megabytes(size: int) -> str:
    """Write a size as people do.

    >>> megabytes(64 << 20)
    '64 MB'
    """
    return f"{size / (1 << 20):.3g} MB"


def not_callable(task: str, kind: str, signature: str = "") -> str:
    """Say that a name holds something that cannot be called.

    Parameters
    ----------
    task, kind : str
        The name, and the type of what it holds.
    signature : str, default=""
        The first line of the definition, as the card gives it.
    """
    wanted = "class" if task[:1].isupper() else "function"
    return (
        f"{task} should be a {wanted}; it is {with_article(kind)}. Define the {wanted} "
        f"`{signature or task}`, and give the variable another name."
    )


def explained(reason: Reason, task: str, limits: Limits, detail: str = "") -> str:
    """Return what happened, what was expected and what to do.

    Parameters
    ----------
    reason : Reason
        Why ``task`` has no outcomes.
    task : str
        Its name.
    limits : Limits
        What it could use.
    detail : str, default=""
        What the learner's own line was, the name of a signal, or the call that was
        refused, where there is such a thing.
    """
    say = _SENTENCES.get(reason, "{task} could not be run: {detail}.")
    return say.format(
        task=task,
        detail=detail,
        load=f"{limits.load_seconds:g}",
        cpu=f"{limits.cpu_seconds:g}",
        wall=f"{limits.wall_seconds:g}",
        memory=megabytes(limits.memory),
        scratch=megabytes(limits.scratch),
        output=megabytes(limits.output),
        results=megabytes(limits.results),
    )


def refused(what: str) -> str:
    """Say that the walls refused something, where they have no words of their own."""
    return (
        f"Your code tried what answers may not do: {what}. An answer only computes: it "
        "needs no other files, no network and no other programs. Take that line out."
    )


_SENTENCES = {
    Reason.TIMEOUT_CPU: (
        "{task} computed for {cpu} seconds and was stopped. Its cases are small: all of"
        " them together take well under a second. Look for a loop that does not end, or"
        " for one over single numbers where one operation on the whole array would do."
    ),
    Reason.TIMEOUT_WALL: (
        "{task} was not done after {wall} seconds and was stopped. It should come back "
        "at once. Does it sleep, or wait for something that does not come?"
    ),
    Reason.LOAD_TIMEOUT: (
        "The cell of {task} did not come to its end and was stopped. Running it should "
        "only define things, in well under {load} seconds. Take out what computes "
        "outside the function or class: a training loop, a large example, a `while`."
    ),
    Reason.MEMORY_LIMIT: (
        "{task} asked for more memory than the {memory} it may use. Its cases are small"
        " and need a few megabytes. Look for a shape that multiplies up, such as (N, N)"
        " in place of (N,), or for a list that grows without end."
    ),
    Reason.DISK_LIMIT: (
        "{task} wrote more to disk than the {scratch} it may use. No file is needed "
        "here. Return the result, and take out what saves it."
    ),
    Reason.OUTPUT_LIMIT: (
        "{task} printed more than {output} and was stopped. A few lines are plenty. "
        "Take the print out of the loop."
    ),
    Reason.RESULT_LIMIT: (
        "{task} returned more than the {results} that can be handed over. Results have "
        "the size of the inputs. Print the shapes: is an axis repeated?"
    ),
    Reason.PROCESS_EXIT: (
        "Python ended while {task} ran. The function should come back with `return`. "
        "Take out `os._exit` and whatever else ends the program."
    ),
    Reason.PROCESS_SIGNAL: (
        "Python crashed while {task} ran ({detail}). Plain Python and array operations "
        "do not do that. Look for very deep recursion, or for calls into compiled code."
    ),
    # the walls say all three parts themselves
    Reason.SANDBOX_DENIED: "{detail}",
    Reason.PROTOCOL_VIOLATION: (
        "What came back from {task} could not be read: something was written where only"
        " the grader writes. The function should return its result and write to "
        "nothing. Take out what writes to file descriptors."
    ),
    Reason.FORBIDDEN_API: (
        "The answer calls `{detail}`. This task is to be written from scratch: use "
        "sums, means and arithmetic."
    ),
    Reason.SYNTAX_ERROR: (
        "The cell of {task} is not Python: {detail}. It must run from top to bottom. "
        "Run it in the notebook and mend the line."
    ),
    Reason.LOAD_ERROR: (
        "The cell of {task} stopped before it had defined {task}: {detail}. It must run"
        " from top to bottom in a fresh kernel. Choose “Restart and run all”, and mend "
        "the line."
    ),
    Reason.NOT_DEFINED: (
        "The cell of {task} should define {task}; after it had run there was nothing of"
        " that name. The name after `def` or `class` must be the task's."
    ),
    Reason.GRADER_ERROR: (
        "The grader failed, which is not this answer's fault: {detail}. The task has no"
        " score yet. Grade it again; if it fails again, show this to your instructor."
    ),
}
