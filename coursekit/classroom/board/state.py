"""Where everybody is: what the events come to, and nothing else.

A board that starts again goes through the same events in the same order, and so comes
to the same state.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from coursekit import wire
from coursekit.classroom.board.columns import Columns
from coursekit.classroom.board.database import Happened, Row

PASS = "pass"


@dataclass
class Cell:
    """Where one learner is with one task: done once it was, else the latest attempt."""

    status: str
    points: int | None
    out_of: int
    mistakes: tuple[str, ...]
    at: float
    tries: int = 0


@dataclass
class Learner:
    """One row; ``changed`` is the state's version when it last changed."""

    id: int
    name: str
    joined: float
    changed: int
    heard: float
    checks: int = 0
    flag: str | None = None
    since: float = 0.0
    left: bool = False
    cells: dict[str, Cell] = field(default_factory=dict)


class State:
    """Every learner, and a version that grows with every change."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.version = 0
        self.learners: dict[int, Learner] = {}
        #: who was removed, for pages that still show them
        self.gone: list[int] = []

    def place(self, row: Row) -> None:
        """Take in one learner, new, renamed or removed."""
        self.version += 1
        if row.removed:
            self.learners.pop(row.id, None)
            self.gone.append(row.id)
        elif row.id in self.learners:
            self.learners[row.id].name = row.name
            self.learners[row.id].changed = self.version
        else:
            self.learners[row.id] = Learner(
                row.id, row.name, row.joined, self.version, row.joined
            )

    def apply(self, happened: Happened) -> None:
        """Take in one event; of those that come late only the newest counts."""
        learner, event = self.learners.get(happened.learner), happened.event
        if learner is None:
            return
        self.version += 1
        learner.changed = self.version
        if event.kind == wire.ATTEMPT:
            if event.task in self.columns:  # the file may be of another --lessons
                learner.checks += 1
                _attempt(learner, happened)
        elif happened.at >= learner.since:
            learner.since = happened.at
            learner.flag = event.colour if event.kind == wire.FLAG else None
        if happened.at >= learner.heard:
            learner.heard = happened.at
            learner.left = event.kind == wire.LEFT

    def here(self) -> Iterator[Learner]:
        """Yield who has not left."""
        return (one for one in self.learners.values() if not one.left)


def _attempt(learner: Learner, happened: Happened) -> None:
    event, at = happened.event, happened.at
    cell = learner.cells.get(event.task)
    tries = cell.tries if cell else 0
    done = cell is not None and cell.status == PASS
    if cell is None or (not done and (event.status == PASS or at >= cell.at)):
        cell = learner.cells[event.task] = Cell(
            event.status, event.points, event.out_of, event.mistakes, at
        )
    # a stub that was run is no try, and neither is a fault of the course
    cell.tries = tries + (event.status not in ("todo", "unjudged"))


def frequent_mistakes(state: State) -> list[dict[str, Any]]:
    """Return which mistakes stand in learners' latest attempts, most frequent first.

    ``of`` is how many tried the task. Who got it right meanwhile counts there only.
    """
    tried: dict[str, int] = {}
    made: dict[tuple[str, str], int] = {}
    for learner in state.here():
        for task, cell in learner.cells.items():
            if cell.tries:
                tried[task] = tried.get(task, 0) + 1
                for name in cell.mistakes if cell.status != PASS else ():
                    made[task, name] = made.get((task, name), 0) + 1
    ranked = sorted(made.items(), key=lambda item: (-item[1], item[0]))
    return [
        {
            "task": task,
            "name": f"answered {name}" if state.columns[task].short else name,
            "count": count,
            "of": tried[task],
        }
        for (task, name), count in ranked
    ]


def teacher_view(state: State, since: int = -1) -> dict[str, Any]:
    """Return what the instructor's page shows of what changed after a version."""
    rows = [one for one in state.learners.values() if one.changed > since]
    return {
        "version": state.version,
        "learners": [_row(one) for one in rows],
        "gone": state.gone,
        "mistakes": frequent_mistakes(state),
    }


def projector_view(state: State) -> dict[str, Any]:
    """Return what everybody may see: counts, and nobody's name or row."""
    here = list(state.here())
    flags = [one.flag for one in here]
    # what one alone did would not be without a name to whoever sits beside them
    shared = [one for one in frequent_mistakes(state) if one["count"] > 1]
    return {
        "version": state.version,
        "learners": len(here),
        "flags": {colour: flags.count(colour) for colour in wire.COLOURS},
        "tasks": {task: _counts(here, task) for task in state.columns},
        "mistakes": shared,
    }


def _counts(here: Iterable[Learner], task: str) -> dict[str, float]:
    """Return how many are done with a task and how many are at it, and when last."""
    cells = [one.cells[task] for one in here if task in one.cells]
    done = sum(cell.status == PASS for cell in cells)
    latest = max((cell.at for cell in cells), default=0.0)
    return {"done": done, "trying": len(cells) - done, "at": latest}


def _row(learner: Learner) -> dict[str, Any]:
    return {
        "id": learner.id,
        "name": learner.name,
        "joined": learner.joined,
        "heard": learner.heard,
        "checks": learner.checks,
        "flag": learner.flag,
        "since": learner.since,
        "left": learner.left,
        "cells": {
            task: {
                "status": cell.status,
                "points": cell.points,
                "out_of": cell.out_of,
                "mistakes": cell.mistakes,
                "tries": cell.tries,
                "at": cell.at,
            }
            for task, cell in learner.cells.items()
        },
    }
