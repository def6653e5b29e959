"""Merging gives the same whatever the order, and says where folders disagree."""

from itertools import permutations

import pytest
from graded_made import NOON, graded, task, worst

from coursekit.grading.reasons import Reason
from coursekit.grading.records.dump import dump
from coursekit.grading.records.errors import RecordsError
from coursekit.grading.records.merge import merge
from coursekit.grading.records.store import Records

WRONG = (task("layer_norm", [Reason.WRONG_VALUE]),)
FAILED = (task("layer_norm", [Reason.GRADER_ERROR]),)


@pytest.fixture
def folder(tmp_path):
    """Return what makes a folder of records: pairs of a record and its time."""

    def make(name, *records, seed="s", course="c"):
        with Records.open(tmp_path / name, create=True) as opened:
            opened.set("grading seed", seed)
            opened.set("course", course)
            for number, one in enumerate(records):
                one, at = one if isinstance(one, tuple) else (one, f"{number}")
                opened.put(one, at=at)
        return tmp_path / name

    return make


def content(place):
    with Records.open(place) as records:
        return dump(records)


def test_shards_come_together_as_if_graded_in_one_run(folder, tmp_path):
    made = [worst(), *(graded(name) for name in "abcd")]
    shards = [folder("1", *made[::2]), folder("2", *made[1::2])]
    assert merge(tmp_path / "all", shards) == ()
    assert content(tmp_path / "all") == content(folder("one run", *made))


def test_the_order_of_the_folders_changes_nothing(folder, tmp_path):
    shards = [
        folder("1", (graded("a"), "1"), (graded("b", tasks=WRONG), "5")),
        folder("2", (graded("a", tasks=WRONG), "2"), (graded("b"), "5")),
        folder("3", (graded("a", modified=NOON - 1), "3"), (graded("c"), "1")),
    ]
    outcomes = set()
    for number, order in enumerate(permutations(shards)):
        into = tmp_path / f"into{number}"
        conflicts = merge(into, order)
        outcomes.add((content(into), conflicts))
    assert len(outcomes) == 1


def test_merging_twice_changes_nothing(folder, tmp_path):
    shards = [folder("1", graded("a")), folder("2", graded("b"))]
    merge(tmp_path / "all", shards)
    before = content(tmp_path / "all")
    assert merge(tmp_path / "all", [*shards, tmp_path / "all"]) == ()
    assert content(tmp_path / "all") == before


def kept(folder, tmp_path, one, two):
    conflicts = merge(tmp_path / "all", [folder("1", one), folder("2", two)])
    with Records.open(tmp_path / "all") as records:
        return records.graded(), [str(conflict) for conflict in conflicts]


def test_of_two_gradings_of_one_file_the_later_counts(folder, tmp_path):
    later = graded(tasks=WRONG)
    found, [conflict] = kept(folder, tmp_path, (graded(), "1"), (later, "2"))
    assert found == (later,)
    assert "graded later" in conflict
    assert "kept 0 of 2" in conflict
    assert "not 2 of 2" in conflict


def test_of_two_files_the_newer_counts_whenever_it_was_graded(folder, tmp_path):
    newer = graded(digest="cd" * 32, modified=NOON + 1, tasks=WRONG)
    found, [conflict] = kept(folder, tmp_path, (newer, "1"), (graded(), "2"))
    assert found == (newer,)
    assert "the file is newer" in conflict


def test_a_verdict_counts_before_a_fault_of_the_grader(folder, tmp_path):
    failed = graded(tasks=FAILED)
    found, [conflict] = kept(folder, tmp_path, (graded(), "1"), (failed, "2"))
    assert found == (graded(),)
    assert "the grader failed" in conflict


def test_what_was_handed_in_counts_before_what_is_missing(folder, tmp_path):
    missing = graded(origin="", modified=0.0, reason=Reason.NO_SUBMISSION)
    found, conflicts = kept(folder, tmp_path, (missing, "2"), (graded(), "1"))
    assert found == (graded(),)
    assert conflicts == []


def test_two_files_of_one_learner_are_a_conflict(folder, tmp_path):
    newer = graded(origin="other.ipynb", modified=NOON + 1)
    found, [conflict] = kept(folder, tmp_path, graded(), newer)
    assert found == (newer,)
    assert "several files" in conflict
    assert "'Ada/07_layer_norm.ipynb'" in conflict


def test_a_record_that_was_replaced_stays_replaced(folder, tmp_path):
    source = folder("1", graded(modified=NOON + 1), graded(origin="new.ipynb"))
    with Records.open(source, create=True) as records:
        records.forget({graded(origin="new.ipynb").key})
    assert merge(tmp_path / "all", [source]) == ()
    assert content(tmp_path / "all") == content(source)


def test_what_was_left_out_stays_left_out(folder, tmp_path):
    source = folder("1", graded("Ada"), graded("Bob"))
    with Records.open(source, create=True) as records:
        records.leave_out([graded("Ada").key])
    merge(tmp_path / "all", [source])
    assert content(tmp_path / "all") == content(source)


def test_overrides_of_all_folders_are_kept_once(folder, tmp_path):
    one, two = folder("1", graded()), folder("2", graded())
    for place, points in ((one, 1), (two, 0)):
        with Records.open(place) as records:
            records.override("Ada", "layer_norm", points, author="a", reason="r")
    for _ in range(2):
        merge(tmp_path / "all", [two, one])
    with Records.open(tmp_path / "all") as records:
        assert [decided.points for decided in records.overrides()] == [1, 0]
        assert records.settled()[0].total == 0


def test_another_seed_is_a_conflict_and_another_course_an_error(folder, tmp_path):
    one = folder("1", graded())
    [conflict] = merge(tmp_path / "all", [one, folder("2", graded("b"), seed="t")])
    assert "'grading seed'" in str(conflict)
    other = folder("3", course="other")
    with pytest.raises(RecordsError, match="one course"):
        merge(tmp_path / "new", [one, other])
    with pytest.raises(RecordsError, match="one course"):
        merge(one, [other])
    assert not (tmp_path / "new").exists()


def test_late_rules_of_a_folder_are_not_taken_over_in_silence(folder, tmp_path):
    one = folder("1", graded())
    (one / "late.toml").write_text("")
    [conflict] = merge(tmp_path / "all", [one])
    assert "not taken over" in str(conflict)


def test_a_folder_without_records_is_an_error_and_nothing_is_made(tmp_path):
    with pytest.raises(RecordsError, match="there are no records"):
        merge(tmp_path / "all", [tmp_path / "none"])
    assert not (tmp_path / "all").exists()
