"""A penalty only ever takes away, and what has no score gets none by being late."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from graded_made import NOON, graded, task
from hypothesis import given
from hypothesis import strategies as st

from coursekit.grading.reasons import Reason
from coursekit.grading.records.decisions import below
from coursekit.grading.records.late import Extension, LateRules, Rule
from coursekit.grading.records.settle import settle
from coursekit.grading.records.settled import Override

DUE = datetime.fromtimestamp(NOON, UTC)
DAY = 86400
NONE = LateRules()


def override(points, task="layer_norm", **changes):
    made = Override("Ada", "id-Ada", "07_layer_norm", task, points, "a", "r", "t")
    return replace(made, **changes)


def rules(**changes):
    rule = Rule(due=DUE, **changes)
    return LateRules({"07_layer_norm": rule}, given=True)


def late(seconds, **changes):
    return graded(modified=NOON + seconds, **changes)


def test_without_overrides_and_rules_the_verdict_stands():
    settled = settle(graded(), (), NONE)
    assert (settled.total, settled.penalty, settled.late_note) == (2.0, 0.0, "")
    assert settled.scores == {"layer_norm": 2.0}
    assert (settled.overrides, settled.notes) == ((), ())


def test_the_newest_override_of_a_task_counts():
    first, second = override(0.5), override(1.5)
    settled = settle(graded(), (first, second), NONE)
    assert (settled.total, settled.overrides) == (1.5, (second,))


def test_an_override_gives_points_where_the_grader_failed():
    failed = graded(tasks=(task("layer_norm", [Reason.GRADER_ERROR]), task("other")))
    assert settle(failed, (), NONE).total is None
    assert settle(failed, [override(1)], NONE).total == 3
    assert settle(failed, [override(1, "other")], NONE).total is None


def test_a_fault_of_the_grader_without_tasks_has_no_total():
    nothing = graded(reason=Reason.GRADER_ERROR, tasks=())
    assert settle(nothing, (), NONE).total is None


def test_a_verdict_that_changes_below_an_override_is_noted():
    decided = override(1, below=below(task()))
    assert settle(graded(), [decided], NONE).notes == ()
    regraded = graded(tasks=(task("layer_norm", [Reason.WRONG_VALUE]),))
    settled = settle(regraded, [decided], NONE)
    [note] = settled.notes
    assert "2 of 2 (pass)" in note
    assert "0 of 2 (fail WRONG_VALUE)" in note
    assert settled.total == 1, "the override stands"


def test_an_override_of_a_task_that_is_gone_is_noted():
    settled = settle(graded(), [override(1, "old")], NONE)
    assert "no such task any more" in settled.notes[0]
    assert (settled.total, settled.overrides) == (2.0, ())


@pytest.mark.parametrize(
    ("seconds", "total"),
    [(0, 2.0), (1, 1.8), (DAY, 1.8), (DAY + 1, 1.6), (5 * DAY, 1.0), (50 * DAY, 1.0)],
)
def test_each_day_that_has_begun_costs_up_to_the_most(seconds, total):
    rule = rules(percent_per_day=10, at_most_percent=50)
    assert settle(late(seconds), (), rule).total == total


def test_steps_cost_what_the_last_one_reached_says():
    rule = rules(steps=((0, 10), (48, 50)))
    totals = [settle(late(s), (), rule).total for s in (1, 2 * DAY, 2 * DAY + 1)]
    assert totals == [1.8, 1.8, 1.0]


def test_within_the_time_of_grace_nothing_is_taken_off():
    rule = rules(percent_per_day=10, grace_minutes=15)
    within, after = (settle(late(s), (), rule) for s in (900, 901))
    assert (within.penalty, after.penalty) == (0, 0.2)
    assert "grace" in within.late_note


def test_percent_can_be_of_the_points_there_are_but_never_below_zero():
    half = graded(
        modified=NOON + 1, tasks=(task("a", [Reason.OK, *[Reason.RAISED] * 4]),)
    )
    possible = rules(percent_per_day=10, of_reached=False)
    assert settle(half, (), possible).total == 1.0
    assert settle(half, (), rules(percent_per_day=90, of_reached=False)).total == 0.0


def test_an_extension_moves_the_due_date_of_its_learner_only():
    more = (Extension("id-Ada", "07", days=1),)
    rule = replace(rules(percent_per_day=50), extensions=more)
    on_time = settle(late(DAY), (), rule)
    assert (on_time.penalty, on_time.late_note) == (0, "")
    after = settle(late(DAY + 1), (), rule)
    assert after.penalty == 1
    assert "extended due date" in after.late_note
    assert settle(late(1, learner="Bob", learner_id="b"), (), rule).penalty == 1
    assert settle(late(1, exercise="08_x"), (), rule).penalty == 0


def test_a_time_that_is_unknown_is_not_late_and_noted():
    for unknown in (0.0, float("nan"), float("inf"), -5.0, 1e300):
        settled = settle(graded(modified=unknown), (), rules(percent_per_day=50))
        assert settled.penalty == 0
        assert "unknown" in settled.late_note


def test_a_platforms_word_without_a_time_costs_what_the_file_says():
    flagged = graded(modified=0.0, late=True)
    silent = settle(flagged, (), rules(percent_per_day=50))
    assert (silent.penalty, "platform_late_percent" in silent.late_note) == (0, True)
    assert settle(flagged, (), rules(platform_late_percent=25)).penalty == 0.5


def test_a_platforms_word_is_not_held_against_who_has_an_extension():
    more = (Extension("Ada", days=1),)
    rule = replace(rules(platform_late_percent=25), extensions=more)
    settled = settle(graded(modified=0.0, late=True), (), rule)
    assert settled.penalty == 0
    assert "Look at it yourself" in settled.late_note


def test_who_handed_in_nothing_is_not_late():
    missing = graded(reason=Reason.NO_SUBMISSION, modified=0.0)
    assert settle(missing, (), rules(percent_per_day=50)).late_note == ""


def test_the_penalty_applies_after_an_override():
    settled = settle(late(1), [override(1)], rules(percent_per_day=10))
    assert (settled.penalty, settled.total) == (0.1, 0.9)


REASONS = st.sampled_from([Reason.OK, Reason.RAISED, Reason.GRADER_ERROR])
PERCENT = st.floats(0, 100)
RULES = st.builds(
    Rule,
    due=st.none() | st.datetimes(timezones=st.just(UTC)),
    grace_minutes=st.floats(0, 1e6),
    percent_per_day=PERCENT,
    steps=st.lists(st.tuples(st.floats(0, 1e6), PERCENT)).map(
        lambda steps: tuple(zip(*map(sorted, zip(*steps, strict=True)), strict=True))
    ),
    at_most_percent=PERCENT,
    platform_late_percent=st.none() | PERCENT,
    of_reached=st.booleans(),
)
EXTENSIONS = st.lists(
    st.builds(
        Extension,
        st.sampled_from(["Ada", "Bob"]),
        st.sampled_from(["", "07"]),
        st.floats(0, 100),
    )
).map(tuple)


@given(
    tasks=st.lists(st.lists(REASONS, max_size=4), max_size=3),
    rule=RULES.filter(lambda rule: rule.due is None or rule.due.year < 9000),
    extensions=EXTENSIONS,
    modified=st.floats(),
    flag=st.booleans(),
    points=st.none() | st.floats(0, 20),
)
def test_no_late_rule_raises_a_score_or_makes_one(
    tasks, rule, extensions, modified, flag, points
):
    one = graded(
        modified=modified,
        late=flag,
        tasks=tuple(task(f"t{n}", reasons) for n, reasons in enumerate(tasks)),
    )
    decided = [] if points is None else [override(points, "t0")]
    before = settle(one, decided, NONE)
    after = settle(one, decided, LateRules({}, rule, extensions, given=True))
    assert after.scores == before.scores
    assert (after.total is None) == (before.total is None)
    assert after.penalty >= 0
    if after.total is None:
        assert after.penalty == 0
    else:
        assert 0 <= after.total <= before.total
        assert after.total == pytest.approx(before.total - after.penalty, abs=1e-5)


@given(seconds=st.floats(0, 1e7), more=st.floats(0, 1e7), rule=RULES)
def test_coming_later_never_costs_less(seconds, more, rule):
    rule = LateRules({}, replace(rule, due=DUE), given=True)
    early, later = (settle(late(s), (), rule) for s in (seconds, seconds + more))
    assert early.total >= later.total


def test_days_are_counted_across_a_change_of_clocks():
    berlin = pytest.importorskip("tzdata") and ZoneInfo("Europe/Berlin")
    due = datetime(2026, 3, 28, 23, 59, tzinfo=berlin)
    rule = LateRules({}, Rule(due=due), (Extension("Ada", days=1),), given=True)
    assert rule.due(graded())[0] == due.replace(day=29)
    assert due.replace(day=29).astimezone(UTC) - due.astimezone(UTC) == timedelta(
        hours=23
    )
