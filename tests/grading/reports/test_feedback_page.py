"""A learner's page: complete, in a good order, safe, and the same for everybody."""

from dataclasses import replace

import pytest
from page_read import HOSTILE, read
from settled_class import (
    NORM,
    answered,
    course,
    graded,
    judged,
    norm_notebook,
    our_fault,
    settled,
    three_of_ten,
    unread,
)

from coursekit.grading.reasons import Reason
from coursekit.grading.records.graded import GradedTask
from coursekit.grading.records.settled import Override
from coursekit.grading.reports.course import Course
from coursekit.grading.reports.feedback import feedback_page, index_page, overview_page
from coursekit.grading.verdict import CriterionVerdict, Diagnosis, Status, Verdict


def page_of(one, content=None):
    return read(feedback_page(one, content or course()))


def in_order(text, *parts):
    """Assert that parts stand in a text one after the other."""
    at = 0
    for part in parts:
        at = text.index(part, at) + len(part)


def test_everything_that_a_learner_needs_is_on_the_page():
    text = page_of(three_of_ten()).text
    for part in (
        "Ada Lovelace (s17)",
        "07 layer norm: 4 of 27 points",
        "Handed in 1 day and 3 hours after the deadline",
        "4.5 points for the tasks, less 0.5 for being late: 4 points.",
        "Note: The cell of axes_of had lost its metadata",
        "notebooks/07_layer_norm.ipynb",
        "Normalize every vector by itself: layer norm",
        "2.5 of 4 points instead of 3. Dr. Weyl, 2026-03-01: “The idea is right;",
        "hint(layer_norm_forward)",
        "coursekit check NOTEBOOK --seed autumn",
        "edition a1b2c3d4e5f6, coursekit 1.0.0",
        "namespaces: does not stop a program",
        "Tell whoever teaches the course",
    ):
        assert part in text, part


def test_the_diagnosis_comes_before_the_checks_and_the_code_beside_them():
    text = page_of(three_of_ten()).text
    in_order(
        text,
        "layer_norm_forward: 1 of 10 points not yet",
        "Recognised: statistics over the batch",
        "You took mean and variance along axis 0",
        "What shows it: before gamma and beta your first vector has mean",
        "✗fail0/1",
        "What to do",
        "Your code",
        "def layer_norm_forward(x, gamma, beta",
    )


def test_the_page_says_where_to_begin_and_what_is_met_already():
    text = page_of(three_of_ten()).text
    assert "5 of 19 checks are met already. Where to begin: axes_of." in text


def test_the_line_that_a_message_names_is_marked_in_words():
    html = page_of(three_of_ten()).html
    (marked,) = [line for line in html.split("\n") if "line named" in line]
    assert "mean[:, None, None, None] @ x" in marked
    assert "named in the message" in marked


def test_heat_maps_are_there_and_the_first_of_a_task_is_open():
    page = page_of(three_of_ten())
    assert page.tags.count("svg") == 3
    assert page.html.count("<details open>") == 1


def test_a_short_question_is_shown_with_its_answer_and_why():
    one = settled(graded("Ada", [answered("07-means", (8, 10, 16))]))
    text = page_of(one).text
    in_order(text, "You answered: (8, 10, 16)", "nothing was averaged", "A hint")
    assert "Your code" not in text and "hint(07-means)" not in text


def test_where_a_mistake_is_named_no_hint_speaks_of_something_else():
    hint = course().hint("layer_norm_forward")
    known = settled(graded("Ada", [judged("layer_norm_forward", 1)]))
    unknown = settled(graded("Ada", [judged("layer_norm_forward", -2)]))
    assert hint not in page_of(known).text and "What to do" in page_of(known).text
    assert hint in page_of(unknown).text


def test_whoever_has_everything_is_told_so_and_sent_nowhere():
    one = settled(graded("Ada", norm_notebook((0, 0, 0))))
    text = page_of(one).text
    assert "27 of 27 points" in text and "Every check is met" in text
    assert "Where to begin" not in text and "A hint" not in text


def test_what_could_not_be_read_is_said_once_with_what_to_do():
    message = "the file is not JSON: line 3. Hand in what JupyterLab saves."
    one = settled(unread("Ada", Reason.NOTEBOOK_UNREADABLE, message))
    page = page_of(one)
    assert page.text.count(message) == 1 and "NOTEBOOK_UNREADABLE" in page.text
    assert "table" not in page.tags


def test_a_human_s_points_for_what_could_not_be_read_stand_there_with_the_reason():
    one = unread("Ada", Reason.NOTEBOOK_UNREADABLE, "the file ends in the middle.")
    decision = Override(
        "Ada", "", NORM, "axes_of", 3.0, "A. T.", "sent by mail", "2026-03-01T"
    )
    text = page_of(settled(one, overrides=(decision,))).text
    in_order(text, "3 of 24", "nothing to grade", "Changed by hand: axes_of, 3 of 4")
    in_order(text, "instead of 0. A. T., 2026-03-01:", "“sent by mail”")
    overview = read(overview_page([settled(one, overrides=(decision,))], course()))
    assert "1 task changed by hand." in overview.text


def test_a_fault_of_the_grader_has_no_score_and_costs_nothing():
    page = page_of(settled(our_fault()))
    assert "07 layer norm: no score yet" in page.text
    assert "our fault and costs you nothing" in page.text
    assert " 0 of 10" not in page.text and "0/10" not in page.text


def test_an_override_of_what_the_grader_could_not_judge_gives_a_score():
    decision = Override(
        "", "", NORM, "layer_norm_backward", 7.0, "A. T.", "by hand", ""
    )
    page = page_of(settled(our_fault(), overrides=(decision,)))
    assert "7 of 10 points instead of no score" in page.text


def test_a_record_of_tasks_that_are_no_more_still_has_a_page():
    text = page_of(three_of_ten(), Course()).text
    assert "Recognised: statistics over the batch" in text


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_in_every_place_is_shown_and_does_nothing(text):
    ends = tuple(
        CriterionVerdict(text, 1, status, Reason.RAISED, text) for status in Status
    )
    mistake = Diagnosis(text, text, text)
    task = GradedTask(Verdict(text, ends, (mistake,), (text,)), text)
    changed = {
        name: text
        for name in ("learner_id", "exercise", "origin", "seed", "walls", "digest")
    }
    one = graded(text, [task], notes=(text,), **changed)
    decision = Override(text, text, text, text, 1.0, text, text, text)
    whole = settled(one, overrides=(decision,), late_note=text, penalty=0.5)
    for html in (
        feedback_page(whole, course()),
        overview_page([whole], course()),
        index_page({(text, text): [whole]}, [text]),
        feedback_page(
            replace(whole, graded=replace(one, reason=Reason.RAISED, message=text)),
            course(),
        ),
    ):
        page = read(html)
        assert len(html) < 80_000
        assert "49" not in page.text and "img" not in page.tags


def test_a_line_of_100_kilobytes_and_100_000_lines_are_cut_and_said_to_be():
    verdict = judged("axes_of", 0).verdict
    sources = ("x = " + "1" * 100_000, "x = 1\n" * 100_000)
    pages = [
        page_of(settled(graded("Ada", [GradedTask(verdict, source)])))
        for source in sources
    ]
    assert "cut: 100004 characters in all" in pages[0].text
    assert "99,850 more lines not shown" in pages[1].text
    assert all(len(page.html) < 40_000 for page in pages)


def test_the_same_record_gives_the_same_bytes():
    assert feedback_page(three_of_ten(), course()) == feedback_page(
        three_of_ten(), course()
    )


def test_the_overview_has_every_exercise_and_the_sum():
    other = settled(graded("Ada", [judged("axes_of", 0)], exercise="01_plain_networks"))
    page = read(overview_page([other, three_of_ten()], course()))
    assert "All exercises: 8 of 31 points" in page.text
    assert ("a", "href", "01_plain_networks.html") in page.attributes
    assert "1 of 6 tasks done" in page.text


def test_the_overview_has_no_total_while_a_score_is_missing():
    page = read(overview_page([settled(our_fault())], course()))
    assert "no total yet" in page.text and "costs nothing" not in page.text


def test_a_notebook_of_no_exercise_is_on_the_overview_without_a_page():
    one = settled(graded("Ada", [], exercise="", reason=Reason.AMBIGUOUS_SUBMISSION,
                         message="It could be two."))  # fmt: skip
    page = read(overview_page([one], course()))
    assert "It could be two." in page.text and "a" not in page.tags


def test_the_index_has_a_row_for_each_learner_and_a_cell_for_each_exercise():
    by_person = {
        ("Ada Lovelace", "s17"): [three_of_ten()],
        ("Kurt Gödel", ""): [settled(our_fault())],
    }
    page = read(index_page(by_person, [NORM, "08_later"]))
    assert "4 of 27" in page.text and "no score" in page.text
    links = [value for _, name, value in page.attributes if name == "href"]
    assert "ada-lovelace-7cdbq42u4mxu/07_layer_norm.html" in links
    assert page.text.count("–") == 2
