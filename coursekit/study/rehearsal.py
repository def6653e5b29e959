"""What `check` would say, without an attempt: for lessons that show how it speaks."""

from typing import Any

from coursekit.autograders import all_tasks
from coursekit.grading.card import card
from coursekit.grading.display import Card
from coursekit.study.feedback import judged
from coursekit.study.find import find_task, what_it_wants


def rehearse(answer: Any) -> Card:
    """Judge an answer as `coursekit.check` does, and record nothing.

    Parameters
    ----------
    answer : function or class
        Its name says which task it answers.

    Returns
    -------
    Card
        The card of `check`. No attempt is counted, and `progress` does not change.

    Examples
    --------
    >>> def axes_of(norm, shape):
    ...     return (0,)
    >>> print(str(rehearse(axes_of)).splitlines()[0])
    axes_of: 1 of 4 points, not yet
    """
    tasks = all_tasks()
    task = find_task(answer, tasks)
    if task is None:
        return what_it_wants("check", answer, tasks)
    return card(judged(task, answer))
