"""Each layout becomes records: learner, exercise, origin; nothing is lost."""

import os
import pickle
import random
import shutil
import sys
import zoneinfo

import pytest
from handed_in import (
    ABOUT_NORM,
    ABOUT_NOTHING,
    ABOUT_PLAIN,
    CATALOGUE,
    NORM,
    PLAIN,
    STUBS,
    laid_out,
    notebook,
    zipped,
)

from coursekit.grading.intake.reading import MOST_BYTES, Refused
from coursekit.grading.intake.submissions import find_submissions
from coursekit.grading.reasons import Reason

A, B = "07_layer_norm.ipynb", "01_plain_networks.ipynb"


def find(path, **options):
    return find_submissions(path, CATALOGUE, **options)


def rows(found):
    return [(one.learner, one.learner_id, one.exercise, one.origin) for one in found]


#: layout: (the files, the records)
LAYOUTS = {
    "a folder of notebooks": (
        {"jane_07_layer_norm.ipynb": ABOUT_NORM, "bob 07-layer-norm.ipynb": b"{}"},
        [
            ("bob", "", NORM, "bob 07-layer-norm.ipynb"),
            ("jane", "", NORM, "jane_07_layer_norm.ipynb"),
        ],
    ),
    "a folder of notebooks that are called as their learners": (
        {"jane.ipynb": ABOUT_NORM, "bob.ipynb": ABOUT_PLAIN, "readme.txt": b""},
        [("bob", "", PLAIN, "bob.ipynb"), ("jane", "", NORM, "jane.ipynb")],
    ),
    "the notebooks of one learner": (
        {A: ABOUT_NORM, B: ABOUT_PLAIN},
        [("class", "", PLAIN, B), ("class", "", NORM, A)],
    ),
    "a folder per learner": (
        {
            f"Jane Doe/{A}": ABOUT_NORM,
            f"bob/work/{B}": ABOUT_PLAIN,
            "bob/data.csv": b"1",
        },
        [
            ("Jane Doe", "", NORM, f"Jane Doe/{A}"),
            ("bob", "", PLAIN, f"bob/work/{B}"),
        ],
    ),
    "a folder per exercise": (
        {f"{NORM}/jane.ipynb": b"{}", f"{PLAIN}/jane/x.ipynb": b"{}"},
        [
            ("jane", "", PLAIN, f"{PLAIN}/jane/x.ipynb"),
            ("jane", "", NORM, f"{NORM}/jane.ipynb"),
        ],
    ),
    "nbgrader's course folder": (
        {
            f"source/{NORM}/{A}": ABOUT_NORM,
            f"release/{NORM}/{A}": ABOUT_NORM,
            f"autograded/jane/{NORM}/{A}": ABOUT_NORM,
            f"submitted/jane/{NORM}/{A}": ABOUT_NORM,
            f"submitted/jane/{NORM}/timestamp.txt": b"2015-02-02 14:58:23.948203 UTC",
            f"submitted/bob/{NORM}/x.ipynb": b"{}",
            "gradebook.db": b"",
        },
        [
            ("bob", "bob", NORM, f"submitted/bob/{NORM}/x.ipynb"),
            ("jane", "jane", NORM, f"submitted/jane/{NORM}/{A}"),
        ],
    ),
    "a Moodle download in folders": (
        {
            f"Jane Doe_1234567_assignsubmission_file_/{A}": ABOUT_NORM,
            "Jane Doe_1234567_assignsubmission_onlinetext_/onlinetext.html": b"",
            f"Jane Doe_7654321_assignsubmission_file/sub/{A}": ABOUT_NORM,
            f"Teilnehmer_in_99_assignsubmission_file_/{A}": ABOUT_NORM,
            f"Zoë Ångström_5_assignsubmission_file_/{B}": ABOUT_PLAIN,
            f"Default group_assignsubmission_file_/{B}": ABOUT_PLAIN,
        },
        [
            (
                "Default group",
                "",
                PLAIN,
                f"Default group_assignsubmission_file_/{B}",
            ),
            (
                "Jane Doe",
                "1234567",
                NORM,
                f"Jane Doe_1234567_assignsubmission_file_/{A}",
            ),
            (
                "Jane Doe",
                "7654321",
                NORM,
                f"Jane Doe_7654321_assignsubmission_file/sub/{A}",
            ),
            (
                "Teilnehmer_in",
                "99",
                NORM,
                f"Teilnehmer_in_99_assignsubmission_file_/{A}",
            ),
            (
                "Zoë Ångström",
                "5",
                PLAIN,
                f"Zoë Ångström_5_assignsubmission_file_/{B}",
            ),
        ],
    ),
    "a Moodle download without folders": (
        {
            f"Jane Doe_1_assignsubmission_file_{A}": ABOUT_NORM,
            "Bob_2_assignsubmission_file_Jane Doe_1_assignsubmission_file_x.ipynb": (
                ABOUT_NORM
            ),
        },
        [
            (
                "Bob",
                "2",
                NORM,
                "Bob_2_assignsubmission_file_Jane Doe_1_assignsubmission_file_x.ipynb",
            ),
            ("Jane Doe", "1", NORM, f"Jane Doe_1_assignsubmission_file_{A}"),
        ],
    ),
    "a Canvas download": (
        {
            "doejane_LATE_12345_67890_07_layer_norm-1.ipynb": ABOUT_NORM,
            "roebob_54321_67891_x_12345_67890_y.ipynb": ABOUT_PLAIN,
            "anon_aB3dE_67892_07_layer_norm.ipynb": ABOUT_NORM,
            "LATE_anon_zZ9_67893_1234_07_layer_norm.ipynb": ABOUT_NORM,
        },
        [
            (
                "anon_aB3dE",
                "anon_aB3dE",
                NORM,
                "anon_aB3dE_67892_07_layer_norm.ipynb",
            ),
            (
                "anon_zZ9",
                "anon_zZ9",
                NORM,
                "LATE_anon_zZ9_67893_1234_07_layer_norm.ipynb",
            ),
            (
                "doejane",
                "12345",
                NORM,
                "doejane_LATE_12345_67890_07_layer_norm-1.ipynb",
            ),
            ("roebob", "54321", PLAIN, "roebob_54321_67891_x_12345_67890_y.ipynb"),
        ],
    ),
}


@pytest.mark.parametrize("packed", ["folder", "zip", "zip with a folder around"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_is_known_in_a_folder_and_in_a_zip(tmp_path, layout, packed):
    files, expected = LAYOUTS[layout]
    if packed == "folder":
        path = laid_out(tmp_path / "class", files)
    else:
        around = "class/" if packed != "zip" else ""
        path = tmp_path / "class.zip"
        path.write_bytes(zipped({around + name: d for name, d in files.items()}))
        expected = [(*row[:3], around + row[3]) for row in expected]
    found = find(path)
    assert rows(found) == expected
    for one in found:
        assert one.reason is Reason.OK
        assert one.read() == files[one.origin.removeprefix("class/")]


@pytest.mark.parametrize("name", ["jane_07_layer_norm.ipynb", "jane.ipynb"])
def test_one_notebook_is_a_submission_of_its_own(tmp_path, name):
    laid_out(tmp_path, {name: ABOUT_NORM, "other.ipynb": ABOUT_NORM})
    (one,) = find(tmp_path / name)
    assert rows([one]) == [("jane", "", NORM, name)]
    assert one.read() == ABOUT_NORM


def test_the_folder_submitted_may_be_named_itself_or_one_learner_in_it(tmp_path):
    laid_out(tmp_path, {f"submitted/jane/{NORM}/{A}": ABOUT_NORM})
    by_class, by_learner = (
        find(tmp_path / "submitted"),
        find(tmp_path / "submitted/jane"),
    )
    assert rows(by_class) == [("jane", "jane", NORM, f"jane/{NORM}/{A}")]
    assert rows(by_learner) == [("jane", "", NORM, f"{NORM}/{A}")]


def test_one_learner_s_folder_of_a_moodle_download_may_be_named_itself(tmp_path):
    laid_out(tmp_path, {f"Jane_7_assignsubmission_file_/{A}": ABOUT_NORM})
    (one,) = find(tmp_path / "Jane_7_assignsubmission_file_")
    assert rows([one]) == [("Jane", "7", NORM, A)]


def test_a_moodle_folder_among_others_is_the_same_learner_as_in_the_zip(tmp_path):
    folder = f"Jane_7_assignsubmission_file_/{A}"
    laid_out(tmp_path, {f"submitted/{folder}": ABOUT_NORM, f"submitted/Bob/{A}": b"{}"})
    (tmp_path / "moodle.zip").write_bytes(zipped({folder: ABOUT_NORM}))
    found = rows(find(tmp_path / "submitted")), rows(find(tmp_path / "moodle.zip"))
    assert ("Jane", "7", NORM, folder) in found[0]
    assert found[1] == [("Jane", "7", NORM, folder)]


@pytest.mark.parametrize("packed", [False, True])
def test_an_archive_beside_the_learners_folders_is_nobody_s_and_says_how(
    tmp_path, packed
):
    files = {f"jane/{A}": ABOUT_NORM, f"bob/{A}": ABOUT_NORM, "week 1.zip": zipped({})}
    (tmp_path / "class.zip").write_bytes(zipped(files))
    path = tmp_path / "class.zip" if packed else laid_out(tmp_path / "in", files)
    nobody, *learners = find(path)
    assert [one.learner for one in learners] == ["bob", "jane"]
    assert (nobody.learner, nobody.reason) == ("", Reason.FILE_REJECTED)
    says = (
        'unpack "class.zip"'
        if packed
        else f"coursekit grade '{path / 'week 1.zip'}' --out"
    )
    assert says in nobody.message


def test_an_archive_that_a_learner_handed_in_is_the_learner_s(tmp_path):
    names = (f"jane/{A}.zip", "bob_07_layer_norm.zip", "doe_101_2002_all.zip")
    laid_out(tmp_path, dict.fromkeys(names, zipped({})))
    found = find(tmp_path)
    assert [one.learner for one in found] == ["bob", "doe", "jane"]
    assert all("Hand in the notebook itself" in one.message for one in found)


def test_a_name_that_is_only_the_file_s_or_the_folder_s_says_so(tmp_path):
    files = {"jane.ipynb": ABOUT_NORM, A: ABOUT_NORM, f"bob/{B}": ABOUT_PLAIN}
    found = find(laid_out(tmp_path / "class", files))
    told = {one.learner: one.named_after for one in found}
    assert told == {"jane": "file", "class": "whole", "bob": ""}


@pytest.mark.parametrize(
    ("text", "modified"),
    [
        (b"2015-02-02 14:58:23.948203 UTC\n", 1422889103.0),
        (b"2015-02-02 14:58:23", 1422889103.0),
        (b"2015-02-02 14:58:23 Nowhere/Land", 1422889103.0),
        (b"2015-02-02 14:58:23 ../../etc/passwd", 1422889103.0),
        (b"0001-01-01 00:00:00 UTC", -62135596800.0),
        (b"2015-02-02 14:58:23 America", 1422889103.0),
        (b"2015-02-31 14:58:23 UTC", 5.0),
        (b"\xff\xfe", 5.0),
        (b"", 5.0),
    ],
)
def test_nbgrader_s_timestamp_is_when_it_was_handed_in(tmp_path, text, modified):
    files = {f"{NORM}/{A}": ABOUT_NORM, f"{NORM}/timestamp.txt": text}
    laid_out(tmp_path / "submitted/jane", files)
    os.utime(tmp_path / f"submitted/jane/{NORM}/{A}", (5, 5))
    (one,) = find(tmp_path)
    assert one.modified == modified


def test_a_timestamp_has_a_time_zone_where_the_computer_knows_it(tmp_path):
    if "America/Los_Angeles" not in zoneinfo.available_timezones():
        pytest.skip("this computer has no list of time zones")
    text = b"2015-02-02 14:58:23.948203 America/Los_Angeles"
    files = {f"{NORM}/{A}": ABOUT_NORM, f"{NORM}/timestamp.txt": text}
    laid_out(tmp_path / "submitted/jane", files)
    assert find(tmp_path)[0].modified == 1422889103.0 + 8 * 3600


@pytest.mark.parametrize(
    ("names", "in_folder", "in_zip"),
    [
        (["Submissions/jane/a.ipynb"], {"jane"}, {"jane"}),
        (["class/jane/a.ipynb"], {"jane"}, {"jane"}),
        (["wk/doejane_123_456_a.ipynb"], {"doejane"}, {"doejane"}),
        (["wk/Jane_1_assignsubmission_file_/a.ipynb"], {"Jane"}, {"Jane"}),
        (["wk/jane/a.ipynb", "wk/bob/a.ipynb"], {"wk"}, {"jane", "bob"}),
        ([f"wk/jane_{A}", f"wk/bob_{A}"], {"wk"}, {"jane", "bob"}),
        (["jane/a.ipynb"], {"jane"}, {"jane"}),
        ([f"jane/{A}", "jane/07_layer_norm-1.ipynb"], {"jane"}, {"jane"}),
        ([f"jane/exercises/{A}", f"jane/notebooks/{A}"], {"jane"}, {"jane"}),
        ([f"jane/{NORM}/{A}", f"jane/{PLAIN}/{B}"], {"jane"}, {"jane"}),
    ],
)
def test_a_folder_around_a_class_is_told_from_that_of_its_only_learner(
    tmp_path, names, in_folder, in_zip
):
    files = dict.fromkeys(names, ABOUT_NORM)
    root = laid_out(tmp_path / "class", files)
    (tmp_path / "class.zip").write_bytes(zipped(files))
    assert {one.learner for one in find(root)} == in_folder
    assert {one.learner for one in find(tmp_path / "class.zip")} == in_zip


def test_canvas_says_who_is_late(tmp_path):
    laid_out(tmp_path, LAYOUTS["a Canvas download"][0])
    assert [one.late for one in find(tmp_path)] == [False, True, True, False]


def test_the_latest_of_two_counts_with_a_note(tmp_path):
    files = {f"jane/{A}": ABOUT_NORM, "jane/07_layer_norm (1).ipynb": ABOUT_NORM}
    laid_out(tmp_path, files)
    for newer, older in (list(files), list(files)[::-1]):
        os.utime(tmp_path / newer, (2e9, 2e9))
        os.utime(tmp_path / older, (1e9, 1e9))
        (one,) = find(tmp_path)
        assert (one.origin, one.modified) == (newer, 2e9)
        assert f'Left out: "{older}"' in one.notes[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("07_layer_norm.ipynb", "07_layer_norm (1).ipynb"),
        ("07_layer_norm-9.ipynb", "07_layer_norm-10.ipynb"),
        ("a/07_layer_norm.ipynb", "b/07_layer_norm.ipynb"),
    ],
)
def test_of_two_at_the_same_time_the_later_name_counts(tmp_path, one, other):
    laid_out(tmp_path / "jane", {one: ABOUT_NORM, other: ABOUT_NORM})
    for name in (one, other):
        os.utime(tmp_path / "jane" / name, (1e9, 1e9))
    (found,) = find(tmp_path)
    assert found.origin == f"jane/{other}"
    assert "the last by name of those with the same date" in found.notes[0]


@pytest.mark.parametrize(
    "written",
    [
        notebook(*STUBS, "def axes_of(norm, shape):\n    return (1,)"),
        notebook(*STUBS, 'answer("07-means", "none")'),
        notebook("def layer_norm_forward(x:", task="layer_norm_forward"),
    ],
)
@pytest.mark.parametrize("copy", [" (new version 0.1.0, 2)", "-Copy1"])
def test_what_somebody_wrote_counts_before_a_newer_untouched_copy(
    tmp_path, written, copy
):
    newer = f"07_layer_norm{copy}.ipynb"
    laid_out(tmp_path / "jane", {A: written, newer: notebook(*STUBS)})
    os.utime(tmp_path / "jane" / A, (1, 1))
    (one,) = find(tmp_path)
    assert one.origin == f"jane/{A}"
    assert "the only one with anything beyond the untouched exercise" in one.notes[0]
    assert f'Left out: "jane/{newer}"' in one.notes[0]


def test_of_two_that_somebody_wrote_in_the_newer_counts_and_the_note_says_so(tmp_path):
    files = {A: ABOUT_NORM, "07_layer_norm (1).ipynb": ABOUT_NORM}
    laid_out(tmp_path / "jane", {**files, "07_layer_norm (2).ipynb": notebook(*STUBS)})
    os.utime(tmp_path / "jane" / A, (2e9, 2e9))
    (one,) = find(tmp_path)
    assert one.origin == f"jane/{A}"
    assert "the latest of those with anything beyond the untouched" in one.notes[0]


def test_the_course_s_new_version_beside_a_file_names_no_learner(tmp_path):
    newer = "07_layer_norm (new version 0.1.0).ipynb"
    laid_out(tmp_path / "jane", {A: ABOUT_NORM, newer: notebook(*STUBS)})
    assert rows(find(tmp_path / "jane")) == [("jane", "", NORM, A)]


def test_canvas_counts_uploads_and_its_clock_says_nothing(tmp_path):
    first, second = "roe_5_900_07_layer_norm.ipynb", "roe_5_1000_07_layer_norm.ipynb"
    laid_out(tmp_path, {first: ABOUT_NORM, second: ABOUT_NORM})
    os.utime(tmp_path / second, (1, 1))
    assert [one.origin for one in find(tmp_path)] == [second]


@pytest.mark.parametrize("other", [ABOUT_NOTHING, b"{", b""])
def test_a_later_file_without_the_exercise_in_it_does_not_count(tmp_path, other):
    lesson, exercise = f"jane/lessons/{A}", f"jane/exercises/{A}"
    laid_out(tmp_path, {lesson: other, exercise: ABOUT_NORM})
    os.utime(tmp_path / exercise, (1, 1))
    (one,) = find(tmp_path)
    assert one.origin == exercise
    assert lesson in one.notes[0]


LESSON = "from coursekit.lesson import predict"


def test_a_newer_lesson_yields_to_the_exercise_even_if_it_defines_what_that_asks(
    tmp_path,
):
    answer = "def axes_of(norm, shape):\n    return (1,)"
    lesson, exercise = f"jane/lessons/{A}", f"jane/exercises/{A}"
    laid_out(tmp_path, {lesson: notebook(LESSON, answer), exercise: ABOUT_NORM})
    os.utime(tmp_path / exercise, (1, 1))
    assert [one.origin for one in find(tmp_path)] == [exercise]


def test_a_lesson_whose_name_tells_nothing_says_that_it_is_one(tmp_path):
    laid_out(tmp_path, {"jane/mine.ipynb": notebook(LESSON)})
    (jane,) = find(tmp_path)
    assert jane.reason is Reason.AMBIGUOUS_SUBMISSION
    assert jane.message.startswith("it is a lesson. Hand in")


def test_a_notebook_of_no_exercise_is_ambiguous(tmp_path):
    both = notebook("def axes_of(): 1", "def predict_gain(): 1")
    laid_out(tmp_path, {"jane/other.ipynb": ABOUT_NOTHING, "bob/both.ipynb": both})
    bob, jane = find(tmp_path)
    assert rows([jane]) == [("jane", "", "", "jane/other.ipynb")]
    assert jane.reason is bob.reason is Reason.AMBIGUOUS_SUBMISSION
    assert "none of the exercises" in jane.message
    assert f"as much of {PLAIN} as of {NORM}" in bob.message
    with pytest.raises(Refused) as refused:
        jane.read()
    assert refused.value.reason is Reason.AMBIGUOUS_SUBMISSION


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.NOTEBOOK_UNREADABLE),
        (b"null", Reason.NOTEBOOK_UNREADABLE),
        (b'{"nbformat": 99}', Reason.NOTEBOOK_VERSION),
        (b"[" * 999, Reason.FILE_REJECTED),
    ],
)
def test_what_cannot_be_read_says_so_unless_its_name_tells(tmp_path, data, reason):
    laid_out(tmp_path, {"jane/x.ipynb": data, f"bob/{A}": data})
    bob, jane = find(tmp_path)
    assert (jane.reason, jane.exercise) == (reason, "")
    assert (bob.reason, bob.exercise) == (Reason.OK, NORM)
    assert bob.read() == data


def test_an_exercise_known_by_its_cells_has_a_note(tmp_path):
    laid_out(tmp_path, {"jane/mine.ipynb": ABOUT_NORM})
    (one,) = find(tmp_path)
    assert "recognised by the cells" in one.notes[0]


@pytest.mark.parametrize("name", ["07_layer_norm.ipynb.txt", "07_layer_norm.IPYNB"])
def test_notebooks_that_a_browser_renamed_are_taken(tmp_path, name):
    laid_out(tmp_path, {f"jane/{name}": ABOUT_NORM, "jane/07_layer_norm.py": b""})
    assert [one.origin for one in find(tmp_path)] == [f"jane/{name}"]


def test_what_is_missing_has_a_record_and_says_what_is_there_instead(tmp_path):
    laid_out(
        tmp_path,
        {
            f"ann/{A}": ABOUT_NORM,
            "bob/other.ipynb": ABOUT_NOTHING,
            "cem/timestamp.txt": b"",
            "dan/essay.pdf": b"",
        },
    )
    found = find(tmp_path, wanted=[NORM])
    assert [(one.learner, one.exercise, one.reason) for one in found] == [
        ("ann", NORM, Reason.OK),
        ("bob", "", Reason.AMBIGUOUS_SUBMISSION),
        ("bob", NORM, Reason.NO_SUBMISSION),
        ("cem", NORM, Reason.NO_SUBMISSION),
        ("dan", NORM, Reason.NO_SUBMISSION),
    ]
    assert 'there is "bob/other.ipynb"' in found[2].message
    assert "; there is" not in found[3].message
    assert '; there is "dan/essay.pdf", which is no notebook' in found[4].message
    assert [one.learner for one in find(tmp_path)] == ["ann", "bob", "cem", "dan"]


@pytest.mark.parametrize("packed", [False, True])
def test_who_handed_in_something_else_on_a_platform_has_a_record(tmp_path, packed):
    files = {
        "doejane_12345_67890_report.pdf": b"",
        "Bob Roe_7_assignsubmission_onlinetext_/onlinetext.html": b"",
    }
    path = laid_out(tmp_path / "class", files)
    if packed:
        path = tmp_path / "class.zip"
        path.write_bytes(zipped(files))
    found = find(path, wanted=[NORM])
    assert [(one.learner, one.learner_id, one.reason) for one in found] == [
        ("Bob Roe", "7", Reason.NO_SUBMISSION),
        ("doejane", "12345", Reason.NO_SUBMISSION),
    ]


def test_a_folder_that_this_computer_cannot_read_is_no_missing_submission(
    tmp_path, monkeypatch
):
    laid_out(tmp_path, {f"bob/{A}": ABOUT_NORM, f"jane/{A}": ABOUT_NORM})
    scan = os.scandir

    def picky(path):
        if str(path).endswith("bob"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr("coursekit.grading.intake.folders.os.scandir", picky)
    found = find(tmp_path, wanted=[NORM])
    assert [(one.learner, one.exercise, one.reason) for one in found] == [
        ("bob", "", Reason.GRADER_ERROR),
        ("bob", NORM, Reason.GRADER_ERROR),
        ("jane", NORM, Reason.OK),
    ]


@pytest.mark.parametrize(
    ("roster", "absent"),
    [
        (["jane", "bob"], [("bob", "")]),
        ({"jane": "Jane Doe", "b7": "Bob Roe"}, [("Bob Roe", "b7")]),
        (["ann", "ann"], [("ann", "")]),
        ([], []),
    ],
)
def test_who_is_on_the_roster_and_handed_in_nothing_has_a_record(
    tmp_path, roster, absent
):
    laid_out(tmp_path, {f"submitted/jane/{NORM}/{A}": ABOUT_NORM})
    found = find(tmp_path, wanted=[NORM], roster=roster)
    missing = [one for one in found if one.reason is Reason.NO_SUBMISSION]
    assert [(one.learner, one.learner_id) for one in missing] == absent


def test_a_roster_knows_canvas_s_way_with_names(tmp_path):
    laid_out(tmp_path, {f"doejane_12345_67890_{A}": ABOUT_NORM})
    found = find(tmp_path, roster=["Doe, Jane", "Roe, Bob"])
    assert [one.learner for one in found] == ["Roe, Bob", "doejane"]


@pytest.mark.parametrize(
    ("name", "listed", "called"),
    [
        (f"submitted/101/{A}", "Jane Doe", "Jane Doe"),
        (f"doejane_101_2002_{A}", "Jane Doe", "Jane Doe"),
        (f"doejane_101_2002_{A}", "Doe, Jane", "Doe, Jane"),
        (f"doejane_101_2002_{A}", "Bob Roe", "doejane"),
        (f"doejane_101_2002_{A}", "", "doejane"),
    ],
)
def test_whose_id_is_on_the_roster_is_called_as_there_if_it_is_the_same_name(
    tmp_path, name, listed, called
):
    found = find(laid_out(tmp_path, {name: ABOUT_NORM}), roster={"101": listed})
    assert [(one.learner, one.learner_id) for one in found] == [(called, "101")]


HOSTILE = ["=cmd()", "Doe, Jane", "a\nb", "<script>", "x" * 250, "\u202eevil", "-1+2"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux allows such names")
def test_hostile_names_are_kept_as_data_and_made_printable_in_messages(tmp_path):
    names = [*HOSTILE, os.fsdecode(b"\xff\xfe"), "Zoe\u0308"]
    laid_out(tmp_path, {f"{name}/x.ipynb": ABOUT_NOTHING for name in names})
    found = find(tmp_path, wanted=[NORM])
    kept = [name.replace("e\u0308", "\u00eb") for name in names]
    assert sorted({one.learner for one in found}) == sorted(kept)
    for one in found:
        assert one.message.isprintable()
        assert one.message.encode()


def test_hostile_names_in_a_zip_are_kept_as_data(tmp_path):
    names = [*HOSTILE, "y" * 300]
    (tmp_path / "a.zip").write_bytes(
        zipped({f"{name}/{A}": ABOUT_NORM for name in names})
    )
    assert [one.learner for one in find(tmp_path / "a.zip")] == sorted(names)


def test_the_order_is_that_of_the_names_whatever_the_file_system_s_is(
    tmp_path, monkeypatch
):
    files = {f"{n}/{e}.ipynb": ABOUT_NORM for n in "bCaÄz" for e in CATALOGUE}
    laid_out(tmp_path, files | {"a/07_layer_norm-2.ipynb": ABOUT_NORM})
    for path in tmp_path.rglob("*.ipynb"):
        os.utime(path, (1, 1))
    expected = find(tmp_path)
    assert [one.learner for one in expected] == sorted(o.learner for o in expected)
    scan = os.scandir

    class Shuffled:
        def __init__(self, path):
            self.found = list(scan(path))
            random.Random(str(path)).shuffle(self.found)

        def __enter__(self):
            return iter(self.found)

        def __exit__(self, *error):
            pass

    monkeypatch.setattr("coursekit.grading.intake.folders.os.scandir", Shuffled)
    assert find(tmp_path) == expected
    members = [
        (p.relative_to(tmp_path).as_posix(), ABOUT_NORM) for p in tmp_path.rglob("*.i*")
    ]
    archives = []
    for turn in (1, -1):
        (tmp_path / "class.zip").write_bytes(zipped(members[::turn]))
        archives.append(find(tmp_path / "class.zip"))
    assert archives[0] == archives[1]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_one_learner_s_tricks_change_nothing_for_another(tmp_path):
    laid_out(tmp_path, {f"jane/{A}": ABOUT_NORM, f"bob/{B}": ABOUT_PLAIN})
    before = find(tmp_path)
    evil = laid_out(
        tmp_path / "evil",
        {
            f"jane_12345_67890_{A}": ABOUT_NORM,
            f"jane_1_assignsubmission_file_/{A}": ABOUT_NORM,
            f"submitted/jane/{NORM}/{A}": ABOUT_NORM,
            "a.zip": zipped({"../x": b""}),
            "07_layer_norm.zip": b"",
        },
    )
    os.mkfifo(evil / "01_plain_networks.ipynb")
    (evil / "link.ipynb").symlink_to(tmp_path / "jane" / A)
    (evil / "folder").symlink_to(tmp_path)
    found = find(tmp_path)
    assert [one for one in found if one.learner != "evil"] == list(before)
    reasons = {one.origin: one.reason for one in found if one.learner == "evil"}
    for origin in ("evil/a.zip", "evil/link.ipynb", "evil/folder", f"evil/{B}"):
        assert reasons.pop(origin) is Reason.FILE_REJECTED
    assert list(reasons.values()) == [Reason.OK]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_a_learner_s_folder_that_is_a_link_is_refused(tmp_path):
    laid_out(tmp_path / "elsewhere", {A: ABOUT_NORM})
    root = laid_out(tmp_path / "class", {f"bob/{A}": ABOUT_NORM})
    (root / "jane.doe").symlink_to(tmp_path / "elsewhere")
    bob, jane = find(root)
    assert (bob.learner, bob.reason) == ("bob", Reason.OK)
    assert (jane.learner, jane.reason) == ("jane.doe", Reason.FILE_REJECTED)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
@pytest.mark.parametrize("name", [A, "class.zip"])
def test_a_link_or_a_pipe_named_itself_is_refused(tmp_path, name):
    laid_out(tmp_path, {"real": zipped({A: ABOUT_NORM})})
    (tmp_path / name).symlink_to(tmp_path / "real")
    assert [one.reason for one in find(tmp_path / name)] == [Reason.FILE_REJECTED]
    (tmp_path / name).unlink()
    os.mkfifo(tmp_path / name)
    try:
        reasons = [one.reason for one in find(tmp_path / name)]
    except Refused as refused:
        reasons = [refused.reason]
    assert reasons == [Reason.FILE_REJECTED]


def test_a_member_that_leads_astray_is_nobody_s_and_still_recorded(tmp_path):
    path = tmp_path / "class.zip"
    astray = [f"../jane/{A}", f"/tmp/{A}"]
    path.write_bytes(zipped(dict.fromkeys((*astray, f"class/bob/{A}"), ABOUT_NORM)))
    *nobody, bob = find(path, wanted=[NORM])
    assert rows(nobody) == [("", "", NORM, origin) for origin in astray]
    assert {one.reason for one in nobody} == {Reason.FILE_REJECTED}
    assert (bob.learner, bob.reason) == ("bob", Reason.OK)


def test_a_notebook_over_the_limit_is_rejected_when_it_is_found(tmp_path):
    laid_out(tmp_path, {f"jane/{A}": b""})
    with (tmp_path / "jane" / A).open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    for path in (tmp_path, tmp_path / "jane" / A):
        (one,) = find(path)
        assert (one.exercise, one.reason) == (NORM, Reason.FILE_REJECTED)


def test_a_submission_can_be_sent_to_another_process_unread(tmp_path):
    root = laid_out(tmp_path / "class", {f"jane/{A}": ABOUT_NORM})
    shutil.make_archive(str(tmp_path / "packed"), "zip", root)
    for path in (root, tmp_path / "packed.zip", root / "jane" / A):
        (one,) = find(path)
        again = pickle.loads(pickle.dumps(one))
        assert again == one
        assert again.read() == ABOUT_NORM
        assert hash(again) == hash(one)


@pytest.mark.parametrize(
    ("name", "says"),
    [("nothing", "cannot be"), ("a.py", "another kind"), ("a\0", "null byte")],
)
def test_a_path_to_nothing_of_use_is_a_mistake_of_the_caller(tmp_path, name, says):
    laid_out(tmp_path, {"a.py": b""})
    with pytest.raises(ValueError, match=says):
        find(tmp_path / name)


def test_what_is_wanted_must_be_in_the_catalogue(tmp_path):
    with pytest.raises(ValueError, match=r'names of the catalogue; got "09_none"'):
        find(tmp_path, wanted=["09_none"])


def test_a_damaged_archive_is_refused_as_a_whole(tmp_path):
    laid_out(tmp_path, {"class.zip": b"PK"})
    with pytest.raises(Refused, match="Pack the archive again"):
        find(tmp_path / "class.zip")


def test_a_notebook_beside_results_is_graded_whatever_its_folder_is_called(tmp_path):
    there = {"feedback/x.html": b"", f"feedback/{A}": ABOUT_NORM, "exports/bob/r": b""}
    laid_out(tmp_path, {"records.sqlite": b"", **there, f"jane/{A}": ABOUT_NORM})
    assert [one.learner for one in find(tmp_path)] == ["feedback", "jane"]
