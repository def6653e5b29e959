"""Records keep exactly what grading found, and say what is in the way."""

import os
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace

import pytest
from graded_made import criterion, graded, plain, task, worst

from coursekit.grading.reasons import Reason
from coursekit.grading.records import store
from coursekit.grading.records.errors import RecordsError
from coursekit.grading.records.graded import GradedTask
from coursekit.grading.records.store import Records
from coursekit.grading.verdict import Verdict


@pytest.fixture
def records(tmp_path):
    with Records.open(tmp_path, create=True) as opened:
        yield opened


def sql(folder, statement):
    connection = sqlite3.connect(folder / "records.sqlite")
    found = connection.execute(statement).fetchall()
    connection.commit()
    connection.close()
    return found


def facts(one, **changes):
    names = ("digest", "seed", "edition", "version", "isolation")
    return {**{name: getattr(one, name) for name in names}, **changes}


def test_what_is_put_comes_back_to_the_last_bit(records):
    records.put(worst())
    [back] = records.graded()
    assert plain(back) == plain(worst())


def test_what_is_put_comes_back_from_a_closed_file(tmp_path):
    with Records.open(tmp_path, create=True) as opened:
        opened.put(worst())
    with Records.open(tmp_path) as opened:
        assert [plain(one) for one in opened.each()] == [plain(worst())]


def test_a_fault_of_the_grader_has_no_score_in_the_file(records):
    failed = task("broken", (Reason.OK, Reason.GRADER_ERROR))
    records.put(graded(tasks=(failed, task("fine"))))
    folder = records.folder
    assert sql(folder, "SELECT score FROM submissions") == [(None,)]
    assert sql(folder, "SELECT score FROM tasks") == [(None,), (2,)]
    assert sql(folder, "SELECT score FROM results") == [(2,), (None,), (2,)]


def test_a_stray_notebook_that_could_not_be_read_has_no_score(records):
    records.put(graded(exercise="", reason=Reason.GRADER_ERROR, tasks=()))
    assert sql(records.folder, "SELECT score FROM submissions") == [(None,)]


def test_there_is_one_row_a_criterion(records):
    records.put(graded(tasks=(task("a", [Reason.OK] * 3), task("b", [Reason.OK] * 2))))
    records.put(graded())
    records.put(graded(tasks=(task("a", [Reason.OK] * 3),)))
    assert sql(records.folder, "SELECT count(*) FROM criteria") == [(3,)]


def test_records_are_sorted_as_python_sorts_their_keys(records):
    names = ["b", "a", "", "\udc80", "ä", "😀", "a\x00", "\uffff", "B"]
    for name in names:
        records.put(graded(name))
    keys = [one.key for one in records.each()]
    assert keys == sorted(keys)
    assert len(keys) == len(names)


def test_a_picture_of_python_objects_is_refused_and_nothing_is_written(records):
    records.put(graded())
    [first] = worst().tasks[:1]
    picture = first.verdict.criteria[0].picture
    hostile = replace(picture, got=picture.got.astype(object))
    verdict = Verdict("t", (criterion(1, picture=hostile),))
    with pytest.raises(ValueError, match="allow_pickle"):
        records.put(graded(tasks=(GradedTask(verdict),)))
    assert [plain(one) for one in records.graded()] == [plain(graded())]


def test_a_damaged_picture_is_an_error_in_words(records):
    records.put(worst())
    sql(records.folder, "UPDATE criteria SET picture = x'00000099' WHERE picture != ''")
    with pytest.raises(RecordsError, match="cannot be read"):
        records.graded()


def test_what_is_recorded_with_the_same_facts_is_done(records):
    records.put(one := worst())
    assert records.is_done(one.key, **facts(one)) is False, "the grader failed in it"
    records.put(two := graded())
    assert records.is_done(two.key, **facts(two))
    assert not records.is_done(("nobody", "", "", ""), **facts(two))


@pytest.mark.parametrize("name", ["digest", "seed", "edition", "version", "isolation"])
def test_a_change_of_any_fact_makes_it_undone(records, name):
    records.put(one := graded())
    assert not records.is_done(one.key, **facts(one, **{name: "other"}))


def test_a_renamed_file_of_the_same_learner_replaces_the_record(records):
    old, new = graded(origin="old.ipynb"), graded(origin="new.ipynb")
    records.put(old)
    records.put(new)
    assert records.forget({new.key}) == ()
    assert records.graded() == (new,)
    assert records.record(old.key) == old, "it is kept all the same"


def test_a_replaced_record_counts_again_when_its_file_is_back(records):
    old, new = graded(origin="old.ipynb"), graded(origin="new.ipynb")
    records.put(old)
    records.put(new)
    records.forget({new.key})
    records.forget({old.key})
    assert records.graded() == (old,)


def test_records_of_learners_who_are_not_in_this_run_still_count(records):
    ada, bob = graded("Ada"), graded("Bob")
    records.put(ada)
    records.put(bob)
    assert records.forget({bob.key}) == (ada.key,)
    assert records.graded() == (ada, bob)


def test_a_file_that_is_gone_from_where_it_lay_is_missing_until_it_is_back(records):
    ada, bob = graded("Ada"), graded("Bob")
    for one in (ada, bob):
        records.put(one)
    assert records.missing("/in", {ada.key, bob.key}) == ()
    assert records.missing("/in", {bob.key}) == (ada.key,)
    assert records.missing("/in", {bob.key}) == (ada.key,), "until somebody decides"
    assert records.missing("/in", {ada.key, bob.key}) == ()


def test_what_lay_elsewhere_or_had_no_file_is_never_missing(records):
    ada, bob = graded("Ada"), graded("Bob", origin="", reason=Reason.NO_SUBMISSION)
    for one in (ada, bob, graded("merged")):
        records.put(one)
    records.missing("/week 1", {ada.key, bob.key})
    assert records.missing("/week 2", set()) == ()
    records.missing("/moved", {ada.key})
    assert records.missing("/week 1", set()) == ()


def test_what_is_left_out_is_kept_and_counts_again_when_its_file_is_back(records):
    ada, bob = graded("Ada"), graded("Bob")
    for one in (ada, bob):
        records.put(one)
    records.leave_out([ada.key])
    records.forget({bob.key})
    assert records.graded() == (bob,)
    assert records.record(ada.key) == ada
    records.forget({ada.key, bob.key})
    assert records.graded() == (ada, bob)


def test_files_of_nobody_in_particular_never_replace_each_other(records):
    one, two = graded("", origin="a.ipynb"), graded("", origin="b.ipynb")
    records.put(one)
    records.put(two)
    records.forget({two.key})
    assert records.graded() == (one, two)


def test_what_was_missing_is_replaced_by_what_is_handed_in(records):
    missing = graded(origin="", reason=Reason.NO_SUBMISSION)
    records.put(missing)
    records.put(graded())
    records.forget({graded().key})
    assert records.graded() == (graded(),)


def test_a_second_run_is_told_who_holds_the_folder(records):
    code = (
        "import sys; from coursekit.grading.records.store import Records\n"
        "try: Records.open(sys.argv[1], create=True)\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    command = [sys.executable, "-c", code, str(records.folder)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.startswith("RecordsError somebody else is writing to")
    assert f"process {os.getpid()} on " in said


def test_the_claim_ends_with_the_records(tmp_path):
    for _ in range(3):
        with Records.open(tmp_path, create=True) as opened:
            opened.put(graded())


def test_reading_is_possible_while_another_writes(records):
    records.put(graded("Ada"))
    with Records.open(records.folder) as reader:
        records.put(graded("Bob"))
        assert len(reader.graded()) == 2


def test_an_iteration_outlives_what_is_put_meanwhile(records):
    for name in "abc":
        records.put(graded(name))
    seen = records.each()
    first = next(seen)
    for name in "abc":
        records.put(graded(name, digest="new"))
    assert [first.digest, *(one.digest for one in seen)] == ["ab" * 32, "new", "new"]


def test_several_threads_may_put(records):
    names = [f"{number:02}" for number in range(20)]
    threads = [threading.Thread(target=records.put, args=[graded(n)]) for n in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.learner for one in records.each()] == names


def test_who_reads_cannot_write(tmp_path):
    with Records.open(tmp_path, create=True) as opened:
        opened.put(graded())
    with (
        Records.open(tmp_path) as reader,
        pytest.raises(ValueError, match="create = True"),
    ):
        reader.put(graded())


def test_settings_are_kept(tmp_path):
    with Records.open(tmp_path, create=True) as opened:
        opened.set("grading seed", "x\udc80")
        opened.set("grading seed", "y\udc80")
    with Records.open(tmp_path) as reader:
        assert reader.setting("grading seed") == "y\udc80"
        assert reader.setting("course", "none") == "none"


def test_an_override_in_the_future_is_still_older_than_the_next(records, monkeypatch):
    records.put(graded())
    monkeypatch.setattr(store.history, "now", lambda: "2999-01-01T00:00:00.000000Z")
    records.override("Ada", "layer_norm", 1, author="a", reason="r")
    monkeypatch.undo()
    records.override("Ada", "layer_norm", 0, author="a", reason="r")
    assert [one.points for one in records.overrides()] == [1, 0]
    assert records.settled()[0].total == 0


def test_an_override_can_be_added_while_a_run_goes_on(records):
    records.put(graded())
    with Records.open(records.folder) as reader:
        reader.override("Ada", "layer_norm", 0.5, author="a", reason="r")
    records.put(graded("Bob"))
    assert records.settled()[0].total == 0.5


def test_a_task_that_only_a_replaced_record_has_cannot_be_overridden(records):
    old = graded(origin="old.ipynb", tasks=(task("old"),))
    records.put(old)
    records.put(graded())
    records.forget({graded().key})
    with pytest.raises(RecordsError, match="no task 'old'"):
        records.override("Ada", "old", 1, author="a", reason="r")
