"""The card of `progress()`: a map and a table of the course, as text and as HTML."""

from collections.abc import Iterator, Mapping
from itertools import groupby

from coursekit.grading.card import page
from coursekit.grading.display import Card
from coursekit.grading.question import Question
from coursekit.grading.task import Task
from coursekit.study.progress_map import draw_map
from coursekit.study.standing import Row
from coursekit.study.store import Standing


def progress_card(
    tasks: Mapping[str, Task | Question],
    standings: Mapping[str, Standing],
    note: str = "",
) -> Card:
    """Return the map and the table of all there is to do, and what comes next.

    Parameters
    ----------
    tasks : mapping of Task or Question
        By name, in the order of the course.
    standings : mapping of Standing
        By the same names.
    note : str, default=""
        What should be said below the table.

    Returns
    -------
    Card
        The same standings give the same card: no dates.
    """
    rows = [Row(task, standings[name]) for name, task in tasks.items()]
    title, follow = _title(rows), _follow(rows)
    exercises = {
        name: list(group) for name, group in groupby(rows, lambda r: r.task.exercise)
    }
    upcoming = next((row.task.name for row in rows if not row.standing.done), "")
    html = page(
        "progress.html",
        title=title,
        follow=follow,
        exercises=exercises,
        picture=draw_map(exercises, upcoming),
        note=note,
    )
    return Card(
        "\n".join([title, *_lines(exercises), follow, *filter(None, [note])]), html
    )


def _title(rows: list[Row]) -> str:
    done = sum(row.standing.done for row in rows)
    best, points = (
        sum(row.standing.best for row in rows),
        sum(row.task.points for row in rows),
    )
    return f"Progress: {done} of {len(rows)} done, {best} of {points} points"


def _follow(rows: list[Row]) -> str:
    """Say what comes next, and how long it takes."""
    left = [row.task for row in rows if not row.standing.done]
    if not rows:
        return "There are no tasks yet."
    if not left:
        return "Everything is done. Well done!"
    minutes = sum(task.minutes for task in left)
    return (
        f"Next: {left[0].name} in exercise {left[0].exercise}, about "
        f"{left[0].minutes} minutes. All that is left: about {minutes} minutes."
    )


def _lines(exercises: Mapping[str, list[Row]]) -> Iterator[str]:
    names = [row.task.name for rows in exercises.values() for row in rows]
    width = max(map(len, names), default=0)
    for exercise, rows in exercises.items():
        yield f"  {exercise}"
        for row in rows:
            points = f"{row.standing.best}/{row.task.points}"
            yield (
                f"    {row.glyph} {row.word:<5}  {row.task.name:<{width}}  "
                f"{points:>5} points  {row.task.minutes:>3} min"
            )
