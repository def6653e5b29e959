"""The pages one learner reads: one for each exercise, and one over all of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from coursekit.grading.card import GLYPHS, card_parts, page, word_for
from coursekit.grading.display import printable
from coursekit.grading.reasons import Reason
from coursekit.grading.records.graded import Graded, GradedTask
from coursekit.grading.records.settled import Override, Settled
from coursekit.grading.reports.course import Course
from coursekit.grading.reports.listing import listing
from coursekit.grading.reports.names import Person, safe_file, safe_name
from coursekit.grading.reports.words import (
    IN_WORDS,
    count,
    name,
    person,
    points,
    title,
)
from coursekit.grading.verdict import Status


def feedback_page(settled: Settled, course: Course) -> str:
    """Return the page of one learner and exercise, complete in one file.

    Parameters
    ----------
    settled : Settled
        The record, with overrides and the late rule.
    course : Course
        What the tasks ask for and hint at.

    Returns
    -------
    str
        HTML without a script and without a request; the same for the same record.
    """
    graded = settled.graded
    tasks = [_task(task, settled, course) for task in graded.tasks]
    return page(
        "reports/feedback.html",
        who=person(graded.learner, graded.learner_id),
        exercise=name(graded.exercise, ""),
        heading=title(graded.exercise),
        lesson=course.lessons.get(graded.exercise, ""),
        total=points(settled.total),
        out_of=settled.out_of,
        begin=_begin(tasks),
        met=_met(tasks),
        unread=_unread(graded),
        tasks=tasks,
        sums=_sums(settled),
        notes=[printable(note) for note in graded.notes],
        footer=footer(graded),
    )


def overview_page(all_settled: Sequence[Settled], course: Course) -> str:
    """Return the page of one learner over all exercises."""
    graded = all_settled[0].graded
    return page(
        "reports/learner.html",
        who=person(graded.learner, graded.learner_id),
        rows=[_row(settled, course) for settled in all_settled],
        **_total(all_settled),
    )


def index_page(
    by_person: Mapping[Person, Sequence[Settled]], exercises: Sequence[str]
) -> str:
    """Return the instructor's page: every learner, with links to all of their pages."""
    rows = []
    for who, all_settled in by_person.items():
        folder = safe_name(who)
        of_exercise = {one.graded.exercise: one for one in all_settled}
        cells = [_cell(of_exercise.get(exercise), folder) for exercise in exercises]
        rows.append(
            {
                "who": person(*who),
                "link": f"{folder}/index.html",
                "cells": cells,
                **_total(all_settled),
            }
        )
    heads = [title(exercise) for exercise in exercises]
    return page("reports/index.html", rows=rows, exercises=heads)


def footer(graded: Graded) -> dict[str, str]:
    """Return what a verdict rests on, for the foot of a page."""
    return {
        "seed": name(graded.seed, ""),
        "edition": name(graded.edition, "unknown"),
        "version": name(graded.version, "unknown"),
        "isolation": name(graded.isolation, "none: nothing ran"),
        "walls": printable(graded.walls, 400, 2),
        "digest": name(graded.digest[:16], "no file"),
        "origin": printable(graded.origin, 200, 1),
    }


def _task(task: GradedTask, settled: Settled, course: Course) -> dict[str, Any]:
    """Return what the page shows of one task or question."""
    verdict, override = task.verdict, _override(task.name, settled)
    parts = card_parts(verdict)
    asks = course.asks(task.name)
    for row in parts["rows"]:
        if row["sentence"] == printable(asks):
            asks = ""  # a question's one criterion is the question
    done = verdict.status is Status.PASS
    return {
        **parts,
        "anchor": safe_file(task.name),
        "glyph": GLYPHS[verdict.status],
        "short": task.name in course.questions,
        "asks": printable(asks),
        "score": points(settled.scores.get(task.name, task.score)),
        "out_of": verdict.out_of,
        "override": override and _decision(override, task),
        "done": done,
        "judged": task.judged,
        "hint": _hint(task, course),
        "code": listing(task.source, verdict),
        "passed": sum(end.status is Status.PASS for end in verdict.criteria),
        "checks": len(verdict.criteria),
    }


def _hint(task: GradedTask, course: Course) -> str:
    """Return the first hint to a task, '' where a named mistake says more.

    Hints follow the way from the beginning, mistakes may be further on: to somebody
    whose eps is outside the root, how many means there are is no help. A short question
    has one thing to say.
    """
    named = task.verdict.mistakes and task.name not in course.questions
    return "" if named else printable(course.hint(task.name))


def _override(task: str, settled: Settled) -> Override | None:
    return next((one for one in settled.overrides if one.task == task), None)


def _decision(override: Override, task: GradedTask) -> dict[str, str]:
    """Return a human's decision in the parts of a sentence."""
    return {
        "points": points(override.points),
        "out_of": str(task.verdict.out_of),
        "before": points(task.score),
        "author": name(override.author, "somebody"),
        "reason": printable(override.reason) or "no reason given",
        "day": printable(override.at[:10], 10, 1),
    }


def _begin(tasks: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Return what to take up first: a task with a recognised mistake, else any."""
    open_ones = [task for task in tasks if not task["done"] and task["judged"]]
    long_ones = [task for task in open_ones if not task["short"]]
    recognised = [task for task in long_ones if task["mistakes"]]
    return next(iter([*recognised, *long_ones, *open_ones]), None)


def _met(tasks: Sequence[dict[str, Any]]) -> tuple[int, int]:
    """Return how many checks are met, and of how many that were judged."""
    judged = [task for task in tasks if task["judged"]]
    return sum(t["passed"] for t in judged), sum(t["checks"] for t in judged)


def _unread(graded: Graded) -> dict[str, str] | None:
    """Return why nothing could be graded, or None."""
    if graded.reason is Reason.OK:
        return None
    return {
        "code": graded.reason.value,
        "words": IN_WORDS[graded.reason],
        "message": printable(graded.message),
        "ours": graded.reason is Reason.GRADER_ERROR,
    }


def _sums(settled: Settled) -> list[str]:
    """Return how the points come together, where that is more than a sum."""
    said = []
    if settled.late_note:
        said.append(printable(settled.late_note))
    if settled.penalty:
        scores = list(settled.scores.values())
        before = None if None in scores else sum(scores)
        said.append(
            f"{points(before)} points for the tasks, less {points(settled.penalty)} "
            f"for being late: {points(settled.total)} points."
        )
    if settled.total is None:
        said.append(
            "Part of this could not be graded, which is our fault and costs you "
            "nothing. There is no total until it has been."
        )
    return said


def _row(settled: Settled, course: Course) -> dict[str, Any]:
    """Return the line of one exercise in the overview."""
    graded = settled.graded
    done = sum(task.verdict.status is Status.PASS for task in graded.tasks)
    tasks = [_task_state(task) for task in graded.tasks]
    changed = len(settled.overrides)
    return {
        "exercise": title(graded.exercise),
        "lesson": course.lessons.get(graded.exercise, ""),
        "link": f"{safe_file(graded.exercise)}.html" if graded.exercise else "",
        "total": points(settled.total),
        "out_of": settled.out_of,
        "state": f"{done} of {count(len(tasks), 'task')} done" if tasks else "",
        "unread": _unread(graded),
        "by_hand": f"{count(changed, 'task')} changed" if changed else "",
        "late": printable(settled.late_note),
        "tasks": tasks,
    }


def _task_state(task: GradedTask) -> dict[str, str]:
    return {
        "task": printable(task.name, 80, 1),
        "glyph": GLYPHS[task.verdict.status],
        "word": word_for(task.verdict),
    }


def _cell(settled: Settled | None, folder: str) -> dict[str, str] | None:
    """Return one learner's cell for one exercise in the instructor's table."""
    if settled is None:
        return None
    graded = settled.graded
    ending = f"{safe_file(graded.exercise)}.html" if graded.exercise else "index.html"
    words = "" if graded.reason is Reason.OK else IN_WORDS[graded.reason]
    return {
        "link": f"{folder}/{ending}",
        "total": points(settled.total),
        "out_of": str(settled.out_of),
        "words": words,
    }


def _total(all_settled: Sequence[Settled]) -> dict[str, Any]:
    totals = [one.total for one in all_settled]
    return {
        "total": points(None if None in totals else sum(totals)),
        "out_of": sum(one.out_of for one in all_settled),
    }
