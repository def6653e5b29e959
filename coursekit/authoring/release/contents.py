"""What goes into a release: an allow-list of paths, and what is made for it."""

import json
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any, Protocol
from urllib.parse import unquote

import nbformat

from coursekit import __version__
from coursekit.authoring.course_map import Header, read_header
from coursekit.authoring.prose import ELSEWHERE, LINK, prose_of
from coursekit.authoring.release.ways_in import Repository, with_buttons
from coursekit.authoring.sources import BuildError

#: What goes in as it is. Everything else stays out, whatever it is called.
ALLOWED = (
    "LICENSE",
    "coursekit/**/*.py",
    "coursekit/**/*.css",
    "coursekit/**/*.html",
    "coursekit/**/*.js",
    "coursekit/**/*.json",
    "coursekit/**/*.md",
    "coursekit/data/digits.npz",
    "coursekit/grading/exports/templates/*",
    ".binder/*",
    ".devcontainer/*",
)
#: Sections of pyproject.toml that pip needs; the others are for who changes the course.
PYPROJECT = ("build-system", "project", "tool.hatch")
PARTS = ("notebooks", "exercises")
MANIFEST = ".coursekit/manifest.json"
README = Path(__file__).with_name("readme.md")


class LaidOut(Protocol):
    """A notebook as learners get it and its fingerprints: `coursekit.study.folder`."""

    text: str
    sources: str
    whole: str


def contents(
    root: Path,
    lessons: Sequence[str],
    for_learners: Callable[[dict[str, Any]], LaidOut],
    repository: Repository | None = None,
) -> dict[str, bytes]:
    """Return what the release consists of: path with forward slashes, content.

    Parameters
    ----------
    root : Path
        The clone.
    lessons : sequence of str
        Names of the lessons, such as ``"07_layer_norm"``; each with its exercise.
    for_learners : callable
        Turns a notebook into what a study folder gets
        (`coursekit.study.folder.for_learners`).
    repository : Repository, optional
        Where the release is going to be: notebooks get buttons that open them there.

    Raises
    ------
    BuildError
        If a file cannot be read as what it should be.
    """
    files = {path: read(root / path) for path in _allowed(root)}
    manifest = {}
    for path in _notebooks(root, lessons):
        notebook = _json(root / path, path)
        if repository is not None:
            notebook = with_buttons(notebook, path, repository)
        laid = for_learners(notebook)
        files[path] = laid.text.encode()
        manifest[path] = {"sources": laid.sources, "whole": laid.whole}
    # With it, 'coursekit lab' of a later release knows what a learner has not changed,
    # also where somebody has worked in the release itself.
    files[MANIFEST] = json.dumps(manifest, indent=1, sort_keys=True).encode()
    files["pyproject.toml"] = for_pip(read(root / "pyproject.toml").decode()).encode()
    headers = [read_header(root / f"notebooks/sources/{name}.py") for name in lessons]
    files["README.md"] = for_readers(headers).encode()
    return files


def _allowed(root: Path) -> Iterator[str]:
    for pattern in ALLOWED:
        for path in root.glob(pattern):
            inside = path.relative_to(root)
            hidden = any(part.startswith(".") for part in inside.parts[1:])
            if path.is_file() and not hidden:
                yield inside.as_posix()


def _notebooks(root: Path, lessons: Sequence[str]) -> Iterator[str]:
    for part in PARTS:
        for name in lessons:
            if (root / part / f"{name}.ipynb").is_file():
                yield f"{part}/{name}.ipynb"


def read(path: Path) -> bytes:
    """Return a file's content; line ends of text are those of git, not of Windows."""
    content = path.read_bytes()
    return content if b"\0" in content else content.replace(b"\r\n", b"\n")


def _json(path: Path, name: str) -> dict[str, Any]:
    try:
        return json.loads(read(path))
    except ValueError:
        raise BuildError(
            f"{name} cannot be read as a notebook. Make it again: coursekit build."
        ) from None


def for_pip(pyproject: str) -> str:
    r"""Return the sections of a pyproject.toml that installing needs.

    Examples
    --------
    >>> for_pip("[project]\nname = 'x'\n\n[tool.ruff]\nline-length = 88\n")
    "[project]\nname = 'x'\n"
    """
    sections = re.split(r"^(?=\[)", pyproject, flags=re.M)
    kept = [
        section
        for section in sections
        if re.match(rf"\[(?:{'|'.join(map(re.escape, PYPROJECT))})\b", section)
    ]
    return "".join(kept).rstrip("\n") + "\n"


def for_readers(lessons: Sequence[Header]) -> str:
    """Return the README of a release with these lessons."""
    rows = [
        f"| {lesson.name.partition('_')[0]} | [{lesson.title}]"
        f"(notebooks/{lesson.name}.ipynb) | [exercise](exercises/{lesson.name}.ipynb) "
        f"| {lesson.alone} min |"
        for lesson in lessons
    ]
    template = Template(README.read_text(encoding="utf-8"))
    return template.substitute(version=__version__, lessons="\n".join(rows))


def loose_links(files: Mapping[str, bytes]) -> list[str]:
    """Return a line for each notebook that is left out and linked to all the same."""
    sources: dict[str, set[str]] = {}
    for name, content in files.items():
        if not name.endswith(".ipynb"):
            continue
        for _, text in prose_of(nbformat.reads(content.decode(), as_version=4)):
            for found in LINK.finditer(text):
                target = unquote(found["target"]).partition("#")[0]
                path = posixpath.normpath(f"{posixpath.dirname(name)}/{target}")
                if target.endswith(".ipynb") and not ELSEWHERE.match(target):
                    sources.setdefault(path, set()).add(name)
    return [
        f"note: {path} is not in the release, and linked to from {sorted(names)[0]}"
        + (f" and {len(names) - 1} more" if len(names) > 1 else "")
        for path, names in sorted(sources.items())
        if path not in files
    ]
