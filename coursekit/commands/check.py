"""``coursekit check``: one learner's notebook on the command line."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit import __version__
from coursekit.commands.base import (
    BROKEN,
    DONE,
    MISUSED,
    add_command,
    add_isolation,
    complain,
    in_plain_words,
)
from coursekit.commands.course import installed_course
from coursekit.commands.grade import exercise_named

if TYPE_CHECKING:
    from coursekit.grading.bulk.course import Course
    from coursekit.grading.intake.submissions import Submission
    from coursekit.grading.records.graded import Graded

EXAMPLES = """\
examples:
  coursekit check study/exercises/07_layer_norm.ipynb
  coursekit check answers.ipynb --exercise 07
  coursekit check 07_layer_norm.ipynb --seed 1f0c9a52d4b3e687

It says what 'check' says in the notebook, on the same inputs unless a seed is given,
and it exits with 0 whatever the points.
"""
#: Whatever it is, it draws inputs; but not those that anybody was graded on.
NO_SEED = (
    "{!r} is not the seed of a learner's feedback: that has 16 signs, from 0 to 9 and "
    "from a to f. Nobody was graded on the inputs that follow from it. Copy the seed "
    "from the end of the page."
)


#: How many notebooks of an archive are named before the others are counted.
MOST_NAMED = 5


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    command = add_command(commands, check, EXAMPLES)
    command.add_argument("notebook", type=Path, metavar="NOTEBOOK")
    command.add_argument(
        "--exercise",
        metavar="NN",
        help="which exercise it is (default: as its name or its cells tell)",
    )
    command.add_argument(
        "--seed",
        default="",
        metavar="SEED",
        help="the seed on a learner's feedback: the inputs they were graded on "
        "(default: those of the notebook's own check)",
    )
    add_isolation(command, default="process")  # it is one's own


def check(options: argparse.Namespace) -> int:
    """Check the answers in one notebook, behind walls."""
    from coursekit.grading.bulk.demand import best_level
    from coursekit.grading.bulk.desk import Desk, Order, RunError
    from coursekit.grading.bulk.grade import Terms
    from coursekit.grading.bulk.handed import handed_in
    from coursekit.grading.cases import is_key
    from coursekit.grading.intake.reading import Refused
    from coursekit.grading.isolation import Level, probe_levels

    course = installed_course()
    try:
        submission = _submission(options, course)
        level = best_level(probe_levels(), Level(options.require_isolation))
    except (ValueError, Refused) as error:
        return complain("check", in_plain_words(error), MISUSED)
    except RunError as error:
        return complain("check", error, BROKEN)
    if not submission.exercise:
        message = submission.message or "it holds none of the exercises"
        return complain("check", f"{options.notebook}: {message}", MISUSED)
    if options.seed and not is_key(options.seed):
        complain("check", NO_SEED.format(options.seed), DONE)
    terms = Terms("", __version__, str(level), key=options.seed)
    desk = Desk(Order(installed_course, terms))
    with desk.workers:
        graded = desk.grade(handed_in(submission))
    print(*_told(graded), sep="\n")
    return BROKEN if graded.score is None else DONE


def _submission(options: argparse.Namespace, course: "Course") -> "Submission":
    from coursekit.grading.bulk.course import catalogue
    from coursekit.grading.intake.submissions import find_submissions
    from coursekit.grading.reasons import Reason

    if options.notebook.is_dir():
        raise ValueError(
            f"{options.notebook} is a folder; check takes one notebook. 'coursekit "
            "grade' takes a folder."
        )
    found = find_submissions(options.notebook, catalogue(course))
    exercise = exercise_named(options.exercise, course) if options.exercise else ""
    submission = _only(found, exercise, options.notebook)
    if exercise:
        submission = replace(submission, exercise=exercise)
        if submission.reason is Reason.AMBIGUOUS_SUBMISSION:
            submission = replace(submission, reason=Reason.OK, message="")
    return submission


def _only(found: "Sequence[Submission]", exercise: str, path: Path) -> "Submission":
    """Return the one notebook there is, of several the one for an exercise.

    Raises
    ------
    ValueError
        If there is none, or more than one.
    """
    from coursekit.grading.display import printable
    from coursekit.grading.reports.words import count

    chosen = [one for one in found if exercise and one.exercise == exercise]
    if len(found) == 1 or len(chosen) == 1:
        return (chosen or found)[0]
    names = [printable(one.origin, 120, 1) for one in chosen or found if one.origin]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    there = f": {', '.join(names[:MOST_NAMED])}{more}" if names else ""
    raise ValueError(
        f"{printable(str(path))} holds {count(len(names), 'notebook')}{there}. Check "
        "takes one: unpack it and name one, or choose the exercise with --exercise. "
        "'coursekit grade' takes them all."
    )


def _told(graded: "Graded") -> Iterator[str]:
    """Yield the cards, and the points at the end."""
    from coursekit.grading.card import card_text
    from coursekit.grading.display import printable
    from coursekit.grading.reasons import Reason

    yield from (f"Note: {printable(note)}" for note in graded.notes)
    if graded.reason is not Reason.OK:
        yield printable(f"{graded.reason}: {graded.message}")
    else:
        for task in graded.tasks:
            yield f"{card_text(task.verdict)}\n"
    score = "no score" if graded.score is None else f"{graded.score}"
    yield f"{graded.exercise}: {score} of {graded.out_of} points"
