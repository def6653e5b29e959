"""What an instructor drops into Gradescope or GitHub Classroom to grade there."""

import io
import secrets
import zipfile
from collections.abc import Iterator
from importlib.resources import files as resources
from pathlib import Path

from coursekit import __version__
from coursekit.grading.exports.gradescope import failed, written

#: Not needed where code is graded: notebooks, and what Python makes itself.
_LEFT_OUT = {"__pycache__", "course"}
GRADESCOPE_NOTE = (
    "In Gradescope: Configure Autograder, upload autograder.zip, choose Ubuntu 22.04 "
    "or newer, and give the container 2 GB of memory or more."
)
GITHUB_NOTE = (
    "Commit .github to the template repository of the assignment, and set COURSEKIT in "
    "the workflow to what pip can install. GitHub says that Classroom is being shut "
    "down: look at gh.io/classroom-sunset first. Without it the workflow still shows "
    "points and messages in each run's summary."
)


def gradescope(exercise: str = "") -> Iterator[tuple[str, bytes]]:
    """Yield autograder.zip, which holds the grader and all that it needs.

    Parameters
    ----------
    exercise : str, default=""
        The one exercise of the assignment; '' to grade whatever is handed in.
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
        package = Path(__file__).parents[2]
        for path in sorted(package.rglob("*")):
            inside = path.relative_to(package)
            if path.is_file() and not _LEFT_OUT & set(inside.parts):
                name = f"{package.name}/{inside.as_posix()}"
                _add(packed, name, path.read_bytes(), 0o644)
    yield "autograder.zip", archive.getvalue()


def github_classroom(exercise: str = "") -> Iterator[tuple[str, str]]:
    """Yield the workflow that grades in the learner's repository.

    Parameters
    ----------
    exercise : str, default=""
        The one exercise of the assignment; '' to grade whatever is there.
    """
    text = _resource("classroom.yml").replace("@EXERCISE@", exercise)
    yield ".github/workflows/classroom.yml", text.replace("@VERSION@", __version__)


def _resource(name: str) -> str:
    place = resources(__package__).joinpath("templates", name)
    return place.read_text(encoding="utf-8")


def _add(packed: zipfile.ZipFile, name: str, data: bytes, mode: int) -> None:
    """Add a file with its rights: ZipFile would give a script none to run."""
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (0o100000 | mode) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    packed.writestr(entry, data)
