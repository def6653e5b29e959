"""The page of the class: counts, troubles and likeness; and nobody's name in public."""

from dataclasses import replace

import pytest
from page_read import HOSTILE, read
from settled_class import NAMES, a_class, course, graded, judged, settled, unread

from coursekit.grading.reasons import Reason
from coursekit.grading.records.graded import GradedTask
from coursekit.grading.reports.class_page import class_page
from coursekit.grading.reports.similar import Group
from coursekit.grading.reports.words import IN_WORDS
from coursekit.grading.verdict import CriterionVerdict, Diagnosis, Status, Verdict

PAIR = Group(
    "07_layer_norm",
    "layer_norm_forward",
    (("Ada Lovelace", "s17"), ("Grace Hopper", "")),
    ("def one(): ...", "def two(): ..."),
    40,
    44,
)


def page_of(records=None, **options):
    return read(class_page(records or a_class(), course(), **options))


def test_the_most_frequent_mistake_comes_first_with_its_count():
    page = page_of([settled(graded(str(k), [judged("axes_of", 1)])) for k in range(3)])
    assert "3 of 3: axes_of, " in page.text


def test_the_parts_come_in_their_order_with_faults_of_the_grader_last():
    text = page_of(groups=[PAIR]).text
    parts = (
        "34 submissions. 33 scores from 0",
        "Counted as 0, unless changed by hand: the notebook cannot be read: 1 (Broken",
        "nothing handed in: 1 (Empty Hand). Without a score",
        "because the grader failed: 1 (Kurt Gödel).",
        "Most frequent mistakes",
        "Checks met",
        "Time used",
        "To look at",
        "Not there, or could not be read",
        "NOTEBOOK_UNREADABLE",
        "Answers to read side by side",
        "Faults of the grader These have no score",
        "The worker died twice.",
        "How this was graded",
        "namespaces (34 records): does not stop a program",
    )
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_similar_answers_are_listed_with_both_codes_and_accuse_nobody():
    text = page_of(groups=[PAIR]).text
    assert "Ada Lovelace (s17), Grace Hopper (40 of 44 stretches in common)" in text
    assert "def one(): ..." in text and "def two(): ..." in text
    assert "not a finding about anybody; no score depends on it" in text
    assert "Not listed is what is alike to the worked answer" in text
    for word in ("plagiar", "cheat", "copied", "suspicious", "offen"):
        assert word not in text.lower()


def test_the_projector_shows_counts_and_nothing_of_a_single_learner():
    records = a_class()
    page = page_of(records, names=False, groups=[PAIR])
    for secret in (*NAMES, "learner-", "id7", "submitted/", "def ", "autumn", "Gödel"):
        assert secret not in page.html, secret
    assert "Most frequent mistakes" in page.text and "34 learners" in page.text
    assert [v for _, name, v in page.attributes if name == "href"] == []


def test_what_was_decided_and_forgiven_is_listed_with_names():
    text = page_of().text
    parts = (
        "Points changed by hand 1 in all Ada Lovelace (s17), 07 layer norm: axes_of",
        "instead of 3. Dr. Weyl, 2026-03-01: “The idea is right; the sign is a slip.”",
        "Points taken off for being late 1 in all Ada Lovelace (s17)",
        "0.5 points off, 4 left; Handed in 1 day and 3 hours after the deadline",
        "an unusual file 1 in all Ada Lovelace (s17), 07 layer norm: The cell of",
        "Faults of the grader: 1",
    )
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_a_long_list_is_folded_away_but_counted():
    late = [
        settled(graded(str(k), [judged("axes_of", 0)]), penalty=1) for k in range(11)
    ]
    assert page_of(late).html.count("<details>") == 1
    assert page_of(late[:10]).html.count("<details open>") == 1


def test_what_a_human_should_look_at_again_is_listed():
    (one,) = [settled(graded("Ada", [judged("axes_of", 0)]))]
    changed = replace(one, notes=("the verdict has changed below an override",))
    assert "Ada, 07 layer norm: the verdict has changed" in page_of([changed]).text
    assert "to look at again" not in page_of([one]).text


def test_a_quiet_class_has_no_empty_tables():
    page = page_of([settled(graded("Ada", [judged("axes_of", 0)]))])
    assert "Every submission could be read." in page.text
    assert page.text.count("There are none.") == 2


def test_every_reason_has_words():
    assert set(IN_WORDS) == set(Reason)


def test_results_of_several_levels_are_all_in_the_footer():
    one = graded("Ada", [judged("axes_of", 0)])
    other = replace(one, learner="Bob", isolation="process", walls="")
    text = page_of([settled(one), settled(other)]).text
    assert "process (1 record)" in text


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_in_every_place_is_shown_and_does_nothing(text):
    ends = tuple(CriterionVerdict(text, 1, s, Reason.RAISED, text) for s in Status)
    broken = CriterionVerdict(text, 1, Status.ERROR, Reason.GRADER_ERROR, text)
    tasks = [
        GradedTask(Verdict(text, ends, (Diagnosis(text, text, text),)), text),
        GradedTask(Verdict("two", (broken,)), text),
    ]
    changed = {"learner_id": text, "exercise": text, "seed": text, "walls": text}
    records = [
        settled(graded(text, tasks, **changed)),
        settled(unread(text, Reason.FILE_REJECTED, text, origin=text)),
    ]
    group = Group(text, text, ((text, text), ("b", "")), (text, text), 30, 30)
    for names in (True, False):
        html = class_page(records, course(), names=names, groups=[group])
        assert len(html) < 120_000 and "img" not in read(html).tags


def test_the_same_records_give_the_same_bytes():
    assert class_page(a_class(), course()) == class_page(a_class(), course())
