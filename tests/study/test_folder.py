"""The study folder: laid out once, brought up to date, never overwritten."""

import json
import sys
from pathlib import Path

import pytest

from coursekit.study import folder as study
from coursekit.study.folder import Change, FolderError, refresh

LESSON, EXERCISE = "notebooks/07_layer_norm.ipynb", "exercises/07_layer_norm.ipynb"


def cell(source, kind="code", tags=()):
    made = {"cell_type": kind, "id": "x", "metadata": {}, "source": [source]}
    if tags:
        made["metadata"]["tags"] = list(tags)
    if kind == "code":
        made |= {"execution_count": 3, "outputs": [{"output_type": "stream"}]}
    return made


def save(path, *cells):
    path.parent.mkdir(parents=True, exist_ok=True)
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook), encoding="utf-8")


def sources(path):
    return ["".join(c["source"]) for c in json.loads(path.read_text("utf-8"))["cells"]]


def write_as_learner(path, *extra):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"] += [cell(source) for source in extra]
    path.write_text(json.dumps(notebook), encoding="utf-8")


def contents(root):
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


@pytest.fixture
def course(tmp_path, monkeypatch):
    root = tmp_path / "course"
    save(root / LESSON, cell("guess"), cell("for you", "markdown", ["instructor"]))
    save(root / EXERCISE, cell("stub"))
    monkeypatch.setattr(study, "course_folder", lambda: root)
    return root


@pytest.fixture
def home(tmp_path, course):
    """Return a study folder as the first refresh leaves it."""
    refresh(tmp_path / "my study")
    return tmp_path / "my study"


def changes(report):
    return {laid.file: laid.change for laid in report.files}


def test_lessons_come_without_outputs_and_without_instructor_cells(home):
    notebook = json.loads((home / LESSON).read_text(encoding="utf-8"))
    assert sources(home / LESSON) == ["guess"]
    assert notebook["cells"][0]["outputs"] == []
    assert notebook["cells"][0]["execution_count"] is None


def test_links_between_lessons_and_exercises_keep_working(home):
    assert (home / "notebooks" / "../exercises/07_layer_norm.ipynb").is_file()


def test_a_second_refresh_changes_nothing(home):
    before = contents(home)
    report = refresh(home)
    assert set(changes(report).values()) == {Change.SAME}
    assert contents(home) == before


def test_running_a_notebook_does_not_count_as_writing_in_it(home, course):
    notebook = json.loads((home / LESSON).read_text(encoding="utf-8"))
    notebook["cells"][0]["outputs"] = [{"output_type": "stream", "text": "4"}]
    notebook["cells"].append(cell(""))
    notebook["metadata"]["language_info"] = {"name": "python"}
    (home / LESSON).write_text(json.dumps(notebook), encoding="utf-8")
    assert changes(refresh(home))[LESSON] is Change.SAME
    save(course / LESSON, cell("guess again"))
    assert changes(refresh(home))[LESSON] is Change.UPDATED
    assert sources(home / LESSON) == ["guess again"]


def test_a_cell_that_changed_its_metadata_alone_is_brought_up_to_date(home, course):
    save(course / EXERCISE, cell("stub", tags=["answer"]))
    assert changes(refresh(home))[EXERCISE] is Change.UPDATED
    assert "answer" in (home / EXERCISE).read_text(encoding="utf-8")


def test_what_only_the_learner_changed_stays(home):
    write_as_learner(home / EXERCISE, "my answer")
    before = (home / EXERCISE).read_bytes()
    assert changes(refresh(home))[EXERCISE] is Change.YOURS
    assert (home / EXERCISE).read_bytes() == before


def test_the_new_version_lies_beside_what_both_sides_changed(home, course):
    write_as_learner(home / EXERCISE, "my answer")
    before = (home / EXERCISE).read_bytes()
    save(course / EXERCISE, cell("better stub"))
    report = refresh(home)
    beside = home / f"exercises/07_layer_norm (new version {study.__version__}).ipynb"
    assert sources(beside) == ["better stub"]
    assert (home / EXERCISE).read_bytes() == before
    assert any(beside.name in line for line in report.lines())


def test_a_new_version_is_offered_once(home, course):
    write_as_learner(home / EXERCISE, "my answer")
    save(course / EXERCISE, cell("better stub"))
    refresh(home)
    before = contents(home)
    assert changes(refresh(home))[EXERCISE] is Change.YOURS
    assert contents(home) == before


def test_a_second_new_version_gets_a_name_of_its_own(home, course):
    write_as_learner(home / EXERCISE, "my answer")
    for stub in ("better stub", "best stub"):
        save(course / EXERCISE, cell(stub))
        refresh(home)
    names = sorted(path.name for path in (home / "exercises").glob("*new version*"))
    version = study.__version__
    assert names == [
        f"07_layer_norm (new version {version}).ipynb",
        f"07_layer_norm (new version {version}, 2).ipynb",
    ]


def test_names_of_new_versions_are_allowed_on_windows(home, course):
    write_as_learner(home / EXERCISE, "my answer")
    save(course / EXERCISE, cell("better stub"))
    refresh(home)
    (beside,) = (home / "exercises").glob("*new version*")
    assert not set(beside.name) & set('<>:"/\\|?*')


def test_a_deleted_lesson_is_put_back(home):
    (home / LESSON).unlink()
    report = refresh(home)
    assert changes(report)[LESSON] is Change.RESTORED
    assert (home / LESSON).is_file()
    assert any(line.startswith(f"put back: {LESSON}") for line in report.lines())


def test_files_that_are_not_ours_are_not_touched(tmp_path, course):
    place = tmp_path / "elsewhere"
    save(place / EXERCISE, cell("somebody else's"))
    (place / "thesis.txt").write_text("years of work", encoding="utf-8")
    before = contents(place)
    report = refresh(place)
    assert changes(report)[EXERCISE] is Change.BESIDE
    after = contents(place)
    assert {name: after[name] for name in before} == before


def test_an_unreadable_notebook_is_reported_and_the_others_are_done(home, course):
    (home / EXERCISE).write_text("{half a note", encoding="utf-8")
    save(course / LESSON, cell("guess again"))
    report = refresh(home)
    assert changes(report) == {LESSON: Change.UPDATED, EXERCISE: Change.PROBLEM}
    assert (home / EXERCISE).read_text(encoding="utf-8") == "{half a note"
    assert any("cannot be read as a notebook" in line for line in report.lines())


@pytest.mark.parametrize("text", ["[]", "null", '{"cells": [1]}', "\x00"])
def test_json_that_is_no_notebook_is_left_as_it_is(home, course, text):
    (home / EXERCISE).write_text(text, encoding="utf-8")
    save(course / EXERCISE, cell("better stub"))
    assert changes(refresh(home))[EXERCISE] is Change.PROBLEM
    assert (home / EXERCISE).read_text(encoding="utf-8") == text


def test_a_full_disk_loses_nothing(home, course, monkeypatch):
    save(course / LESSON, cell("guess again"))
    before = contents(home)

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(FolderError, match="no space left on device"):
        refresh(home)
    assert contents(home) == before


def test_a_file_that_cannot_be_replaced_is_reported(home, course, monkeypatch):
    save(course / LESSON, cell("guess again"))
    save(course / EXERCISE, cell("better stub"))
    replace = Path.replace

    def locked(self, target):
        if Path(target) == home / LESSON:
            raise PermissionError(13, "Permission denied")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", locked)
    report = refresh(home)
    assert changes(report) == {LESSON: Change.PROBLEM, EXERCISE: Change.UPDATED}
    assert sources(home / LESSON) == ["guess"]
    assert not list(home.rglob("*.unfinished"))
    monkeypatch.undo()
    monkeypatch.setattr(study, "course_folder", lambda: course)
    assert changes(refresh(home))[LESSON] is Change.UPDATED


@pytest.mark.parametrize("text", ["", "[1]", '{"a": {}}', "{"])
def test_a_damaged_record_costs_no_work(home, course, text):
    write_as_learner(home / EXERCISE, "my answer")
    (home / ".coursekit/manifest.json").write_text(text, encoding="utf-8")
    before = (home / EXERCISE).read_bytes()
    report = refresh(home)
    assert report.count(Change.PROBLEM) == 1
    assert (home / EXERCISE).read_bytes() == before
    assert refresh(home).count(Change.PROBLEM) == 0


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path, course):
    (tmp_path / "study").write_text("", encoding="utf-8")
    with pytest.raises(FolderError, match="is a file"):
        refresh(tmp_path / "study")


@pytest.mark.parametrize("place", [".", "notebooks", "coursekit/study", "solutions/x"])
def test_the_course_s_own_folders_are_refused(course, place):
    root = study.repository()
    with pytest.raises(FolderError, match="belongs to the course itself"):
        refresh(root / place)
    assert not (root / place / ".coursekit").exists()


def test_the_default_folder_in_a_clone_is_not_refused():
    study.refuse_wrong_place(study.repository() / "study")


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no modes on Windows")
def test_a_folder_that_cannot_be_written_to_says_so(tmp_path, course, monkeypatch):
    def refused(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(
        FolderError, match=r"cannot be written to \(permission denied\)"
    ):
        refresh(tmp_path / "study")


def test_the_report_of_a_quiet_day_is_one_line(home):
    assert refresh(home).lines() == [f"{home}: 2 up to date"]


def test_the_clone_wins_over_a_copy_in_the_package(tmp_path, monkeypatch):
    package = tmp_path / "clone" / "coursekit"
    save(package / "course" / LESSON, cell("stale"))
    save(tmp_path / "clone" / LESSON, cell("fresh"))
    (tmp_path / "clone" / "pyproject.toml").touch()
    monkeypatch.setattr(study, "PACKAGE", package)
    assert study.course_folder() == tmp_path / "clone"


def test_the_course_of_an_installed_package_is_found_in_it(tmp_path, monkeypatch):
    package = tmp_path / "site-packages" / "coursekit"
    save(package / "course" / LESSON, cell("guess"))
    monkeypatch.setattr(study, "PACKAGE", package)
    assert study.course_folder() == package / "course"


def test_a_course_that_is_not_there_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr(study, "PACKAGE", tmp_path / "site-packages" / "coursekit")
    with pytest.raises(study.CourseMissingError, match="coursekit build"):
        study.course_folder()


def test_another_seal_of_the_build_is_no_new_version(home, course):
    """A learner who has run a lesson keeps its outputs when only modules changed."""
    ran = home / LESSON
    notebook = json.loads(ran.read_text("utf-8"))
    notebook["cells"][0]["outputs"] = [{"output_type": "stream", "text": "mine"}]
    ran.write_text(json.dumps(notebook), encoding="utf-8")
    before = ran.read_bytes()
    sealed = json.loads((course / LESSON).read_text("utf-8"))
    sealed["metadata"]["coursekit"] = {"fingerprint": "of another day"}
    (course / LESSON).write_text(json.dumps(sealed), encoding="utf-8")
    assert refresh(home).count(Change.SAME) == 2
    assert ran.read_bytes() == before
