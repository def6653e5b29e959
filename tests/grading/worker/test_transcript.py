"""A child can say what comes next, and nothing else."""

import math
import random

import numpy as np
import pytest

from coursekit.grading.worker.child import MAX_NOTES, Visit
from coursekit.grading.worker.frames import ProtocolViolation, TooLarge, frame
from coursekit.grading.worker.messages import Agenda, tell_outcome
from coursekit.grading.worker.transcript import Part, Stage, Transcript
from coursekit.probes.outcome import Observed, Odd, Raised

AGENDA = Agenda(("first", "second"), ("", ""), (("a", "b"), ("c",)), 2)
SEEN = tell_outcome(Observed({"y": 1.0}))
RAISED = tell_outcome(Raised("ValueError", "no"))
FIRST = [
    ["ready"],
    ["beside", 0],
    ["note", -1, "a cell was left out"],
    ["beside", 1],
    ["load", 0],
    ["call", 0],
    ["outcome", 0, 0, SEEN],
    ["outcome", 0, 1, RAISED],
    ["end", 0, "called", "", None, 0.1, 0.2],
]
SECOND = [["load", 1], ["end", 1, "broken", "", RAISED, 0.1, 0.2], ["done"]]


def heard(*messages, visit=None, room=1 << 20):
    transcript = Transcript(AGENDA, visit or Visit(), room)
    for message in messages:
        transcript.hear(frame(message))
    return transcript


def test_a_whole_story_is_taken_down():
    transcript = heard(*FIRST, *SECOND)
    assert transcript.over and transcript.stage == Stage(Part.DONE)
    assert transcript.outcomes[0] == [Observed({"y": 1.0}), Raised("ValueError", "no")]
    assert transcript.ends[1].raised == Raised("ValueError", "no")
    assert transcript.notes == [(-1, "a cell was left out")]


def test_a_later_visit_begins_with_its_own_task():
    transcript = heard(["ready"], *SECOND, visit=Visit(1))
    assert transcript.over and list(transcript.ends) == [1]


OUT_OF_TURN = {
    "a task before the walls are up": [["load", 0]],
    "ready twice": [["ready"], ["ready"]],
    "a cell again": [["ready"], ["beside", 1], ["beside", 0]],
    "a cell that is not there": [["ready"], ["beside", 2]],
    "a cell of type bool": [["ready"], ["beside", False]],
    "the second task first": [["ready"], ["load", 1]],
    "a task that is not there": [["ready"], ["load", 2]],
    "an outcome before the call": [["ready"], ["load", 0], ["outcome", 0, 0, SEEN]],
    "the second case first": [*FIRST[:6], ["outcome", 0, 1, SEEN]],
    "a case twice": [*FIRST[:7], ["outcome", 0, 0, SEEN]],
    "a case too many": [*FIRST[:8], ["outcome", 0, 2, SEEN]],
    "another task's case": [*FIRST[:6], ["outcome", 1, 0, SEEN]],
    "an end with a case missing": [*FIRST[:7], FIRST[8]],
    "an end before the call": [*FIRST[:5], FIRST[8]],
    "an end of no kind": [*FIRST[:8], ["end", 0, "pass", "", None, 0.0, 0.0]],
    "an end that raised, with nothing": [
        *FIRST[:5],
        ["end", 0, "broken", "", None, 0, 0],
    ],
    "an end that observed": [*FIRST[:5], ["end", 0, "broken", "", SEEN, 0.0, 0.0]],
    "a time that is no number": [
        *FIRST[:8],
        ["end", 0, "called", "", None, float("nan"), 0.0],
    ],
    "done too early": [*FIRST, ["done"]],
    "a word after the last": [*FIRST, *SECOND, ["ready"]],
    "denied outside": [["ready"], ["denied", "x"]],
    "a note too long": [["ready"], ["note", 0, "x" * 5000]],
    "a note to nobody": [["ready"], ["note", 2, "x"]],
    "too many notes": [["ready"], *[["note", 0, "x"]] * (MAX_NOTES + 1)],
    "no such message": [["ready"], ["score", 100]],
    "a message that is a method": [["hear", b"".decode()]],
    "no list": [{"ready": True}],
    "nothing": [[]],
    "too few parts": [["ready"], ["load"]],
    "a value that is a list": [*FIRST[:6], ["outcome", 0, 0, [{"y": [1]}, ""]]],
    "a line that is a text": [
        *FIRST[:6],
        ["outcome", 0, 0, ["E", "m", "1", "", "", []]],
    ],
}


@pytest.mark.parametrize("name", OUT_OF_TURN)
def test_what_comes_out_of_turn_is_refused(name):
    with pytest.raises(ProtocolViolation):
        heard(*OUT_OF_TURN[name])


ODD = [
    *(None, True, -1, 7, 2**62, math.nan, -0.5, "", "called", "x" * 700, [], {}),
    *([[]], {"y": []}, Odd("map"), np.zeros(0), np.array([0, 1])),
    *SEEN,
    *RAISED,
]


def test_no_message_makes_the_listener_stumble():
    rng, refused = random.Random(0), 0
    for _ in range(5000):
        *before, message = FIRST[: rng.randrange(1, len(FIRST) + 1)]
        parts = [*message, rng.choice(ODD)][: rng.randrange(1, len(message) + 2)]
        parts[rng.randrange(len(parts))] = rng.choice(ODD)
        try:
            heard(*before, parts)
        except ProtocolViolation:
            refused += 1
    assert 4000 < refused < 5000


def test_all_that_is_said_has_one_cap():
    with pytest.raises(TooLarge):
        heard(*FIRST, room=200)
