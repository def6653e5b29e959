"""The doctor finds what is wrong with this computer and says what to do."""

import importlib.metadata as metadata
import json
import sys
from email.message import Message
from types import SimpleNamespace

import pytest

from coursekit.grading.isolation import Availability, Level
from coursekit.study import doctor
from coursekit.study.doctor import Finding, Grade, examine

GIGABYTE = doctor.GIGABYTE


def only(findings):
    (finding,) = findings
    return finding


@pytest.fixture
def about(monkeypatch):
    """Return the metadata of the course, for a test to fill."""
    message = Message()
    monkeypatch.setattr(doctor, "_metadata", lambda: message)
    return message


def test_a_finding_reads_as_found_needed_to_do():
    finding = Finding("Python", Grade.PROBLEM, "3.9", ">=3.11", "install a newer one")
    assert str(finding).splitlines() == [
        "problem  Python: 3.9",
        "         needed: >=3.11",
        "         to do: install a newer one",
    ]
    assert finding.blocks


def test_notes_do_not_block():
    assert not Finding("memory", Grade.NOTE, "2 GB").blocks


@pytest.mark.slow
def test_this_computer_has_no_problem_once_the_course_is_installed(tmp_path, about):
    about["Requires-Python"] = ">=3.11"
    problems = [finding for finding in examine(tmp_path) if finding.blocks]
    assert [str(finding) for finding in problems] == []
    assert list(tmp_path.iterdir()) == []


def test_every_finding_that_is_not_fine_says_what_to_do_or_is_a_plain_fact(tmp_path):
    quick = set(doctor.CHECKS) - {doctor._kernel, doctor._torch}
    for check in quick:
        for finding in check(tmp_path):
            assert finding.advice or not finding.blocks, str(finding)


def test_a_check_that_breaks_is_a_finding(monkeypatch, tmp_path):
    def _the_moon(_):
        raise RuntimeError("not there")

    monkeypatch.setattr(doctor, "CHECKS", (_the_moon,))
    finding = only(examine(tmp_path))
    assert finding.blocks
    assert "the moon: looking at it failed: RuntimeError" in str(finding)


def test_a_course_that_is_not_installed_is_a_problem(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "_metadata", lambda: None)
    assert "pip install -e" in only(doctor._course(tmp_path)).advice


def test_a_python_out_of_range_is_a_problem(about, tmp_path):
    about["Requires-Python"] = "<3"
    assert only(doctor._python(tmp_path)).blocks


def test_packages_are_held_against_the_metadata(about, tmp_path):
    for line in (
        "numpy>=1.0",
        "ipywidgets<1",
        "no-such-package-at-all>=2",
        "also-not-here; extra == 'test'",
    ):
        about["Requires-Dist"] = line
    wrong, missing, right = doctor._packages(tmp_path)
    assert wrong.blocks and "pip install 'ipywidgets<1'" in wrong.advice
    assert missing.blocks and missing.found == "not installed"
    assert right.grade is Grade.OK
    assert right.found == f"numpy {metadata.version('numpy')}"


def test_a_kernel_of_another_interpreter_is_noted():
    assert only(doctor._other_kernel("/other/python")).grade is Grade.NOTE


@pytest.mark.parametrize("program", ["python", "python3", sys.executable])
def test_our_own_kernel_is_not_noted(program):
    assert list(doctor._other_kernel(program)) == []


@pytest.mark.parametrize(
    ("ours", "theirs", "blocks"),
    [("8.1.9", "5.0.16", False), ("7.7.5", "3.1.0", False), ("8.1.9", "3.1.0", True)],
)
def test_the_two_halves_of_the_widgets_must_match(
    monkeypatch, tmp_path, ours, theirs, blocks
):
    part = tmp_path / doctor.WIDGETS_PART
    part.parent.mkdir(parents=True)
    part.write_text(json.dumps({"version": theirs}), encoding="utf-8")
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda: [str(tmp_path)])
    monkeypatch.setattr(metadata, "version", lambda _: ours)
    _, widgets = doctor._jupyterlab(tmp_path)
    assert widgets.blocks is blocks


def test_missing_widgets_are_a_problem(monkeypatch, tmp_path):
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda: [str(tmp_path)])
    _, widgets = doctor._jupyterlab(tmp_path)
    assert widgets.blocks and "sliders would not appear" in widgets.found


def test_a_folder_that_cannot_be_written_to_is_a_problem(monkeypatch, tmp_path):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryDirectory", refuse)
    finding = only(doctor._study_folder(tmp_path / "study"))
    assert finding.blocks and "coursekit lab PATH" in finding.advice


def test_a_folder_that_is_not_there_yet_is_examined_where_it_will_be(tmp_path):
    findings = list(doctor._study_folder(tmp_path / "a" / "study"))
    assert not any(finding.blocks for finding in findings)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("free", "grade"),
    [(0.1, Grade.PROBLEM), (0.5, Grade.NOTE), (50, Grade.OK)],
)
def test_a_full_disk_is_told_in_time(monkeypatch, tmp_path, free, grade):
    usage = SimpleNamespace(free=free * GIGABYTE)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    assert list(doctor._study_folder(tmp_path))[-1].grade is grade


def test_little_memory_is_noted(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "memory", lambda: 2 * GIGABYTE)
    assert only(doctor._memory(tmp_path)).grade is Grade.NOTE


def test_memory_that_nobody_tells_is_noted(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "memory", lambda: None)
    assert only(doctor._memory(tmp_path)).grade is Grade.NOTE


def test_a_clock_in_the_past_is_a_problem(monkeypatch, tmp_path):
    monkeypatch.setattr("time.strftime", lambda _: "1970-01-01")
    clock, _ = doctor._clock_and_temporary_files(tmp_path)
    assert clock.blocks


@pytest.mark.parametrize("held", [True, False])
def test_missing_walls_are_noted_for_those_who_grade(monkeypatch, tmp_path, held):
    levels = [
        Availability(Level.NAMESPACES, False, "unshare: Operation not permitted"),
        Availability(Level.LANDLOCK, held, "" if held else "landlock: not there"),
        Availability(Level.PROCESS, True),
    ]
    monkeypatch.setattr(doctor, "probe_levels", lambda: levels)
    finding = only(doctor._sandbox(tmp_path))
    assert finding.grade is (Grade.OK if held else Grade.NOTE)
    assert held or "landlock: not there" in finding.found
