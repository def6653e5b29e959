"""Names of files: safe everywhere, different for each learner, always the same."""

import re

import pytest

from coursekit.grading.reports.names import safe_file, safe_name

RESERVED = ("CON", "nul", "AUX", "com1", "LPT9", "con.txt", "CONIN$")
ODD = (
    "",
    ".",
    "..",
    "../../etc/passwd",
    "C:\\Windows",
    "a/b",
    "trailing. ",
    "x" * 10_000,
    "\ud800",
    "\x00",
    "-rf",
    "李明",
    "\u202eexe",
)


@pytest.mark.parametrize("learner", [*RESERVED, *ODD])
def test_a_name_is_short_plain_and_not_one_that_a_system_keeps(learner):
    made = safe_name((learner, ""))
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}-[a-z2-7]{12}", made)
    assert made.lower() not in {name.lower() for name in RESERVED}


def test_those_who_differ_in_case_accents_or_id_alone_have_different_folders():
    people = [("Ada", ""), ("ada", ""), ("Ada", "1"), ("Ada1", ""), ("Adá", "")]
    people += [("Ad\u0061\u0301", ""), ("\ud800", ""), ("\ud801", "")]
    assert len({safe_name(who) for who in people}) == len(people)


def test_letters_keep_their_place_without_their_accents():
    assert safe_name(("Zoë Ångström", "")).startswith("zoe-angstrom-")


def test_a_thousand_of_one_name_are_kept_apart_by_their_ids():
    assert len({safe_name(("Jane Doe", str(k))) for k in range(1000)}) == 1000


def test_a_name_stays_the_same_for_all_time():
    assert safe_name(("Ada Lovelace", "s17")) == "ada-lovelace-7cdbq42u4mxu"


@pytest.mark.parametrize("exercise", ["../up", "CON", "07/x", "", "0" * 200, "07.html"])
def test_an_odd_name_of_an_exercise_stays_in_its_folder(exercise):
    assert re.fullmatch(r"[a-z0-9-]{1,53}", safe_file(exercise))


def test_the_name_of_an_exercise_is_kept():
    assert safe_file("07_layer_norm") == "07_layer_norm"
