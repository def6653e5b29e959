"""Counts over a class: who is among them and who is not."""

from settled_class import (
    NORM,
    a_class,
    graded,
    judged,
    norm_notebook,
    our_fault,
    settled,
    unread,
)

from coursekit.grading.reasons import Reason
from coursekit.grading.records.settled import Override
from coursekit.grading.reports.histogram import bars, histogram, summary
from coursekit.grading.reports.tally import tally


def only(*records):
    (found,) = tally([settled(one) for one in records])
    return found


def test_a_mistake_is_counted_among_the_answers_that_were_judged():
    wrong = graded("a", [judged("layer_norm_forward", 1)])
    right = graded("b", [judged("layer_norm_forward", 0)])
    (mistake,) = only(wrong, right, wrong).mistakes
    assert (mistake.name, mistake.made, mistake.of) == (
        "statistics over the batch",
        2,
        3,
    )


def test_what_could_not_be_read_counts_0_by_reason_and_in_no_check():
    nothing = unread("c", Reason.NO_SUBMISSION, "nothing")
    found = only(graded("a", norm_notebook((0, 0, 0))), nothing)
    assert found.records == 2 and found.totals == (0.0, 27.0)
    assert found.unread == ((Reason.NO_SUBMISSION, (("c", ""),)),)
    assert all(one.of == 1 for task in found.tasks for one in task.criteria)


def test_a_fault_of_the_grader_is_no_score_and_no_answer():
    found = only(our_fault(), graded("a", norm_notebook((0, 0, 0))))
    assert found.unjudged == (("Kurt Gödel", ""),) and found.totals == (27.0,)
    backward = next(t for t in found.tasks if t.name == "layer_norm_backward")
    assert backward.answers == 1


def test_a_human_s_points_for_what_could_not_be_read_are_its_score():
    by_hand = Override("c", "", NORM, "axes_of", 3.0, "A. T.", "sent by mail", "")
    one = settled(unread("c", Reason.NOTEBOOK_UNREADABLE, "ends"), overrides=(by_hand,))
    assert tally([one])[0].totals == (3.0,)


def test_scores_are_those_after_overrides_and_the_late_rule():
    one = settled(graded("a", norm_notebook((0, 0, 0))), penalty=2.5)
    assert tally([one])[0].totals == (24.5,)


def test_counts_do_not_depend_on_the_order_of_the_records():
    records = a_class(12)
    assert tally(records)[0].mistakes == tally(records[::-1])[0].mistakes


def test_a_stray_notebook_is_in_no_exercise():
    stray = graded("a", [], exercise="", reason=Reason.AMBIGUOUS_SUBMISSION)
    assert [one.name for one in tally([settled(stray)])] == []


def test_every_score_is_in_one_bar():
    for out_of in (1, 3, 12, 13, 27, 100):
        scores = [k / 2 for k in range(2 * out_of + 1)]
        found = bars(scores, out_of)
        assert sum(bar.count for bar in found) == len(scores)
        assert len(found) <= 12 and found[-1].high == out_of


def test_points_beyond_the_ends_are_in_the_last_bars():
    assert [bar.count for bar in bars([-1, 4.5], 3)] == [1, 0, 1]


def test_an_exercise_without_points_or_scores_has_a_drawing_all_the_same():
    assert "<svg" in histogram([], 0, "x")
    assert summary([], 5) == "There is no score yet."


def test_the_histogram_says_each_bar_in_words():
    drawn = histogram([1, 1, 9], 10, f"<{NORM}>")
    assert "1 points: 2; 2 points: 0" in drawn
    assert "9–10 points: 1" in drawn and "&lt;07_layer_norm&gt;" in drawn
