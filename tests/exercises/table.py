"""Print what there is to do and how it is tested: `python tests/exercises/table.py`."""

from right_answers import answers_to

from coursekit.autograders import all_questions, all_tasks

COLUMNS = ("task", "points", "criteria", "mistakes", "right answers", "minutes")


def rows() -> list[tuple]:
    """Return a row for each task and question, in the order of the course."""
    tasks = [
        (
            f"{task.exercise[:2]} {task.name}",
            task.points,
            len(task.criteria),
            len(task.mistakes),
            len(answers_to(task.name)),
            task.minutes,
        )
        for task in all_tasks().values()
    ]
    questions = [
        (q.name, q.points, 1, len(q.wrong), 1, q.minutes)
        for q in all_questions().values()
    ]
    return sorted([*tasks, *questions])


def main() -> None:
    """Print the table, with sums below."""
    found = rows()
    width = max(len(row[0]) for row in found)
    print(f"{COLUMNS[0]:<{width}}", *COLUMNS[1:], sep="  ")
    for row in [*found, ("sum", *map(sum, zip(*(r[1:] for r in found), strict=True)))]:
        cells = (
            f"{cell:>{len(name)}}"
            for name, cell in zip(COLUMNS[1:], row[1:], strict=True)
        )
        print(f"{row[0]:<{width}}", *cells, sep="  ")


if __name__ == "__main__":
    main()
