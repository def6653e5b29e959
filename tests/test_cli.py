"""The command line parses, calls, prints and returns a code."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from coursekit import __version__, cli
from coursekit.commands import base
from coursekit.study import doctor, folder, jupyter

COMMANDS = [
    "lab",
    "agenda",
    "guide",
    "html",
    "slides",
    "release",
    "board",
    "check",
    "grade",
    "merge",
    "report",
    "export",
    "override",
    "build",
    "doctor",
]
HEAVY = {"torch", "numpy", "matplotlib", "ipywidgets", "IPython", "nbformat", "jinja2"}


@pytest.fixture
def opened(monkeypatch):
    """Replace laying out and opening; return what was asked of them."""
    asked = SimpleNamespace(code=0)

    def open_lab(place, options):
        asked.folder, asked.options = place, list(options)
        return asked.code

    report = folder.Report(Path("study"), ())
    monkeypatch.setattr(folder, "refresh", lambda place: report)
    monkeypatch.setattr(jupyter, "open_lab", open_lab)
    return asked


def run(*arguments):
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_coursekit_alone_prints_its_help_and_counts_as_misused(capsys):
    assert cli.main([]) == base.MISUSED
    assert "coursekit lab" in capsys.readouterr().out


def test_the_package_runs_as_a_module():
    ran = run("-m", "coursekit", "--version")
    assert ran.stdout.strip() == f"coursekit {__version__}"


def test_help_loads_no_heavy_library():
    code = (
        "import sys; from coursekit.cli import main\n"
        "try: main(['--help'])\n"
        f"except SystemExit: print(sorted({HEAVY} & set(sys.modules)))"
    )
    assert run("-c", code).stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_its_arguments_and_shows_examples(command, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([command, "--help"])
    text = capsys.readouterr().out
    assert ended.value.code == base.DONE
    assert f"examples:\n  coursekit {command}" in text
    assert "exit codes: 0 done, " in text and ", 130 stopped" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_only_commands_that_can_end_with_1_speak_of_it(command, capsys):
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    told = capsys.readouterr().out.partition("exit codes:")[2]
    when = {"build": "--check found", "override": "--late found"}.get(command)
    assert (", 1 " in told) is bool(when)
    assert (when or "") in told


def test_an_unknown_command_counts_as_misused(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["fly"])
    assert ended.value.code == base.MISUSED
    assert "invalid choice: 'fly'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "place", "options"),
    [
        ([], "study", []),
        (["mine"], "mine", []),
        (["--no-browser"], "study", ["--no-browser"]),
        (["mine", "--port", "9000"], "mine", ["--port", "9000"]),
        (["--no-browser", "--port", "9000", "--ServerApp.token=x"], "study", None),
        (["mine", "--", "--no-browser"], "mine", ["--no-browser"]),
        (["--", "--port", "9000"], "study", ["--port", "9000"]),
    ],
)
def test_options_of_jupyterlab_pass_through(opened, arguments, place, options):
    assert cli.main(["lab", *arguments]) == base.DONE
    assert opened.folder == Path(place)
    assert opened.options == (arguments if options is None else options)


@pytest.mark.parametrize("arguments", [["--no-browser", "mine"], ["mine", "yours"]])
def test_a_folder_out_of_place_is_not_taken_for_something_else(
    opened, arguments, capsys
):
    assert cli.main(["lab", *arguments]) == base.MISUSED
    assert "The folder comes first" in capsys.readouterr().err
    assert not hasattr(opened, "folder")


def test_a_jupyterlab_that_fails_counts_as_broken(opened, capsys):
    opened.code = 1
    assert cli.main(["lab"]) == base.BROKEN
    assert "coursekit doctor" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [(folder.FolderError, base.MISUSED), (folder.CourseMissingError, base.BROKEN)],
)
def test_a_folder_that_cannot_be_laid_out_says_why(
    opened, monkeypatch, capsys, error, code
):
    def refuse(_):
        raise error("it is a file; choose another")

    monkeypatch.setattr(folder, "refresh", refuse)
    assert cli.main(["lab"]) == code
    message = capsys.readouterr().err
    assert message == "coursekit lab: it is a file; choose another\n"


def test_control_c_is_quiet(monkeypatch, capsys):
    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(folder, "refresh", interrupt)
    assert cli.main(["lab"]) == base.INTERRUPTED
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("grade", "code"),
    [
        (doctor.Grade.OK, base.DONE),
        (doctor.Grade.NOTE, base.DONE),
        (doctor.Grade.PROBLEM, base.BROKEN),
    ],
)
def test_doctor_fails_only_on_what_blocks(monkeypatch, capsys, grade, code):
    finding = doctor.Finding("clock", grade, "1970")
    monkeypatch.setattr(doctor, "examine", lambda place: [finding])
    assert cli.main(["doctor"]) == code
    assert capsys.readouterr().out == f"{finding}\n"


@pytest.fixture
def building(monkeypatch):
    """Replace the builder; the name ``broken`` fails, any other name is stale."""
    build = pytest.importorskip("coursekit.authoring.build")

    def build_course(names, *, check):
        if "broken" in names:
            raise build.BuildError("07, cell 2: unpaired marker; add its end")
        return [Path(name) for name in names]

    monkeypatch.setattr(build, "build_course", build_course)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["07"], base.DONE, "built: 07\n"),
        (["07", "--check"], base.DIFFERS, "stale: 07\n"),
        (["--check"], base.DONE, ""),
        (["broken"], base.BROKEN, ""),
    ],
)
def test_build_names_what_it_did(building, capsys, arguments, code, said):
    assert cli.main(["build", *arguments]) == code
    out, err = capsys.readouterr()
    assert out == said
    assert ("unpaired marker" in err) == (code == base.BROKEN)
