"""What an instructor drops into Gradescope or GitHub Classroom to grade there."""

import io
import secrets
import zipfile
from collections.abc import Iterator
from importlib.resources import files as resources
from pathlib import Path

from coursekit.grading.exports.gradescope import failed, written

#: What Python makes itself, and notebooks: they are added from where they lie.
_LEFT_OUT = {"__pycache__", "course"}
GRADESCOPE_NOTE = (
    "In Gradescope: Configure Autograder, upload autograder.zip, choose Ubuntu 22.04 "
    "or newer, and give the container 2 GB of memory or more."
)
GITHUB_NOTE = (
    "Set COURSEKIT in the workflow to where pip finds the course: the address of a "
    "wheel, or of a repository that you trust. It is empty, because a package of that "
    "name elsewhere may be somebody else's; until it is set, every run fails and says "
    "so. Set the secret COURSEKIT_SEED too: without it the seed is the repository's "
    "name, so a learner can draw the inputs and hand in their outputs. Then commit "
    ".github to the template repository of the assignment. Learners can edit the "
    "workflow of their own repository, and whoever does can read the secret: for "
    "points that count, clone what was handed in and use 'coursekit grade'. GitHub "
    "says that Classroom is being shut down: look at gh.io/classroom-sunset first. "
    "Without it the workflow still shows points and messages in each run's summary."
)


def gradescope(exercise: str, course: Path) -> Iterator[tuple[str, bytes]]:
    """Yield autograder.zip, which holds the grader and all that it needs.

    Parameters
    ----------
    exercise : str
        The one exercise of the assignment; '' to grade whatever is handed in.
    course : Path
        The folder with ``notebooks`` and ``exercises``: by them the grader knows a cell
        in which nothing has been written.
    """
    own = {
        "setup.sh": _resource("setup.sh"),
        "run_autograder": _resource("run_autograder").replace("@EXERCISE@", exercise),
        "requirements.txt": _resource("requirements.txt"),
        "no_score.json": written(failed()),
        "seed.txt": secrets.token_hex(16) + "\n",
    }
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in own.items():
            runs = text.startswith("#!")
            _add(packed, name, text.encode("utf-8"), 0o755 if runs else 0o644)
        for path, name in _package(course):
            _add(packed, name, path.read_bytes(), 0o644)
    yield "autograder.zip", archive.getvalue()


def _package(course: Path) -> Iterator[tuple[Path, str]]:
    """Yield every file of the package, laid out as an installed one, and its name."""
    package = Path(__file__).parents[2]
    for path in sorted(package.rglob("*")):
        inside = path.relative_to(package)
        if path.is_file() and not _LEFT_OUT & set(inside.parts):
            yield path, f"{package.name}/{inside.as_posix()}"
    lessons = (course / "notebooks").glob("*.ipynb")
    # one lesson, by which the package knows that it is there; all would be 16 MB
    shortest = sorted(lessons, key=lambda path: path.stat().st_size)[:1]
    for path in (*shortest, *sorted((course / "exercises").glob("*.ipynb"))):
        yield path, f"{package.name}/course/{path.parent.name}/{path.name}"


def github_classroom(exercise: str) -> Iterator[tuple[str, str]]:
    """Yield the workflow that grades in the learner's repository.

    Parameters
    ----------
    exercise : str
        The one exercise of the assignment; '' to grade whatever is there.
    """
    text = _resource("classroom.yml").replace("@EXERCISE@", exercise)
    yield ".github/workflows/classroom.yml", text


def _resource(name: str) -> str:
    place = resources(__package__).joinpath("templates", name)
    return place.read_text(encoding="utf-8")


def _add(packed: zipfile.ZipFile, name: str, data: bytes, mode: int) -> None:
    """Add a file with its rights: ZipFile would give a script none to run."""
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (0o100000 | mode) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    packed.writestr(entry, data)
