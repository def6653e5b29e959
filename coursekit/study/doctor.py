"""Is this computer ready for the course? What was found, and what to do about it."""

import importlib.metadata as metadata
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from coursekit import __version__
from coursekit.grading.isolation import Level, probe_levels
from coursekit.study.folder import PACKAGE

GIGABYTE = 10**9
#: A whole course with its outputs stays far below the first, the second is comfort.
DISK_NEEDED, DISK_WANTED = 0.2 * GIGABYTE, 1 * GIGABYTE
#: torch, a kernel and JupyterLab together take about one; a browser wants its share.
MEMORY_WANTED = 3.5 * GIGABYTE
#: A clock before this is wrong: certificates would count as not yet valid.
RELEASED = "2025-01-01"
KERNEL_SECONDS = 90
#: Major version of ipywidgets: the major version of its part in JupyterLab.
WIDGETS = {"7": "3", "8": "5"}
WIDGETS_PART = Path("labextensions/@jupyter-widgets/jupyterlab-manager/package.json")
REINSTALL = "install the course again: pip install -e . (in the clone)"


class Grade(StrEnum):
    """How a finding is to be taken; the value is the word that is printed."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what was found, what is needed, what to do."""

    subject: str
    grade: Grade
    found: str
    needed: str = ""
    advice: str = ""

    @property
    def blocks(self) -> bool:
        """Whether the course cannot be worked through before this is mended."""
        return self.grade is Grade.PROBLEM

    def __str__(self) -> str:
        words = [f"{self.grade:<8} {self.subject}: {self.found}"]
        words += [f"needed: {self.needed}"] if self.needed else []
        words += [f"to do: {self.advice}"] if self.advice else []
        return f"\n{'':9}".join(words)


def examine(folder: Path) -> list[Finding]:
    """Look at this computer and at the study folder; write nothing that stays.

    Parameters
    ----------
    folder
        The study folder; it need not be there yet.

    Returns
    -------
    list of Finding
        In the order in which they are best read; a check that itself breaks is a
        finding too.
    """
    return [finding for check in CHECKS for finding in _carried_out(check, folder)]


def _carried_out(
    check: Callable[[Path], Iterator[Finding]], folder: Path
) -> Iterator[Finding]:
    try:
        yield from check(folder)
    except Exception as error:
        subject = check.__name__.strip("_").replace("_", " ")
        yield Finding(
            subject,
            Grade.PROBLEM,
            f"looking at it failed: {type(error).__name__}: {error}",
            "a working installation",
            f"{REINSTALL}; if it stays, report this line",
        )


def _course(_: Path) -> Iterator[Finding]:
    if _metadata() is None:
        found = f"used from {PACKAGE.parent} without being installed"
        advice = f"{sys.executable} -m pip install -e {PACKAGE.parent}"
        yield Finding("coursekit", Grade.PROBLEM, found, "an installed package", advice)
        return
    yield Finding("coursekit", Grade.OK, f"{__version__} at {PACKAGE}")


def _python(_: Path) -> Iterator[Finding]:
    version, about = platform.python_version(), _metadata()
    found = f"{version} at {sys.executable}"
    needed = about["Requires-Python"] if about else ""
    if SpecifierSet(needed).contains(version, prereleases=True):
        yield Finding("Python", Grade.OK, found)
        return
    advice = "make the environment again with a Python in that range"
    yield Finding("Python", Grade.PROBLEM, found, needed, advice)


def _packages(_: Path) -> Iterator[Finding]:
    """Compare what is installed with the ranges in the package's own metadata."""
    about = _metadata()
    lines = about.get_all("Requires-Dist", []) if about else []
    requirements = [Requirement(line) for line in lines]
    fitting = []
    for requirement in requirements:
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue
        name, asked = requirement.name, str(requirement.specifier)
        advice = f"{sys.executable} -m pip install '{name}{asked}'"
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            yield Finding(name, Grade.PROBLEM, "not installed", asked, advice)
            continue
        if requirement.specifier.contains(version, prereleases=True):
            fitting.append(f"{name} {version}")
        else:
            yield Finding(name, Grade.PROBLEM, version, asked, advice)
    if fitting:
        yield Finding("packages", Grade.OK, ", ".join(fitting))


def _metadata() -> metadata.PackageMetadata | None:
    """Return what the installed package says it needs, or None if not installed."""
    try:
        return metadata.metadata("coursekit")
    except metadata.PackageNotFoundError:
        return None


def _torch(_: Path) -> Iterator[Finding]:
    import torch

    devices = ["the processor"]
    if torch.cuda.is_available():
        devices.append(f"CUDA ({torch.cuda.get_device_name(0)})")
    if torch.backends.mps.is_available():
        devices.append("MPS (Apple)")
    found = f"{torch.__version__} computes on {' and '.join(devices)}"
    yield Finding("torch", Grade.OK, f"{found}; the course needs the processor only")


def _kernel(_: Path) -> Iterator[Finding]:
    """Start a kernel as `coursekit lab` does and have it import the course."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import KernelManager

    begun = time.monotonic()
    manager = KernelManager(kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
    manager.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=KERNEL_SECONDS)
        reply = client.execute_interactive(
            "import coursekit", timeout=KERNEL_SECONDS, output_hook=lambda _: None
        )["content"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    if reply["status"] != "ok":
        found = f"it cannot import coursekit: {reply['ename']}: {reply['evalue']}"
        yield Finding("kernel", Grade.PROBLEM, found, "the course", REINSTALL)
        return
    seconds = time.monotonic() - begun
    yield Finding(
        "kernel", Grade.OK, f"starts and imports the course ({seconds:.1f} s)"
    )
    yield from _other_kernel(KernelSpecManager().get_kernel_spec("python3").argv[0])


def _other_kernel(program: str) -> Iterator[Finding]:
    """Say so when 'Python 3' means another interpreter outside `coursekit lab`."""
    # Jupyter runs the bare name "python" with the interpreter that JupyterLab runs in.
    if Path(program).name != program and not _same_path(program, sys.executable):
        yield Finding(
            "kernel",
            Grade.NOTE,
            f"outside 'coursekit lab', the kernel 'Python 3' starts {program}",
            advice=f"in another editor, choose the kernel of {sys.executable}",
        )


def _same_path(one: str, other: str) -> bool:
    """Compare without following links: the pythons of two environments may be one."""
    return os.path.normcase(Path(one).absolute()) == os.path.normcase(
        Path(other).absolute()
    )


def _jupyterlab(_: Path) -> Iterator[Finding]:
    """Look for the widgets' part in JupyterLab and compare its version with ours."""
    import json

    from jupyter_core.paths import jupyter_path

    lab, widgets = metadata.version("jupyterlab"), metadata.version("ipywidgets")
    places = (Path(place) / WIDGETS_PART for place in jupyter_path())
    part = next((place for place in places if place.is_file()), None)
    subject, needed = "widgets", f"the part that goes with ipywidgets {widgets}"
    yield Finding("JupyterLab", Grade.OK, lab)
    if part is None:
        found = "their part in JupyterLab is missing; sliders would not appear"
        advice = "pip install --force-reinstall jupyterlab_widgets"
        yield Finding(subject, Grade.PROBLEM, found, needed, advice)
        return
    version = json.loads(part.read_text(encoding="utf-8"))["version"]
    expected = WIDGETS.get(widgets.partition(".")[0])
    if expected and version.partition(".")[0] != expected:
        found = f"their part in JupyterLab is {version}, at {part.parent}"
        advice = "pip install --upgrade ipywidgets jupyterlab_widgets"
        yield Finding(subject, Grade.PROBLEM, found, f"{expected}.x", advice)
    else:
        found = f"ipywidgets {widgets} with its part {version} in JupyterLab"
        yield Finding(subject, Grade.OK, found)


def _study_folder(folder: Path) -> Iterator[Finding]:
    """Write a file and a database where the study folder is, or will be."""
    subject, place = f"folder {folder}", existing(folder)
    another = "choose another folder: coursekit lab PATH"
    try:
        with tempfile.TemporaryDirectory(dir=place, prefix=".coursekit-") as probe:
            (Path(probe) / "file").write_text("written")
            yield from _database(Path(probe) / "progress.sqlite3")
    except OSError as error:
        found = f"cannot be written to: {error.strerror or error}"
        yield Finding(subject, Grade.PROBLEM, found, "a folder of your own", another)
        return
    there = "is there" if folder.is_dir() else "will be made by 'coursekit lab'"
    yield Finding(subject, Grade.OK, f"{there} and can be written to")
    free = shutil.disk_usage(place).free
    grades = ((DISK_NEEDED, Grade.PROBLEM), (DISK_WANTED, Grade.NOTE))
    yield _amount("disk space", free, grades, f"make room, or {another}")


def _database(path: Path) -> Iterator[Finding]:
    try:
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("create table kept (x)")
    except sqlite3.Error as error:
        yield Finding(
            "progress",
            Grade.PROBLEM,
            f"SQLite {sqlite3.sqlite_version} cannot write there: {error}",
            "a drive that locks files",
            "choose a folder on a local drive: coursekit lab PATH",
        )
    else:
        found = f"SQLite {sqlite3.sqlite_version} can keep it there"
        yield Finding("progress", Grade.OK, found)


def _memory(_: Path) -> Iterator[Finding]:
    total = memory()
    if total is None:
        yield Finding("memory", Grade.NOTE, "this system does not say how much it has")
        return
    advice = "close other programs while you run the experiments"
    yield _amount("memory", total, ((MEMORY_WANTED, Grade.NOTE),), advice)


def _clock_and_temporary_files(_: Path) -> Iterator[Finding]:
    today = time.strftime("%Y-%m-%d")
    late = today >= RELEASED
    wanted = () if late else (f"a day after {RELEASED}", "set the computer's clock")
    yield Finding("clock", Grade.OK if late else Grade.PROBLEM, today, *wanted)
    place = tempfile.gettempdir()
    try:
        with tempfile.TemporaryFile() as stream:
            stream.write(b"written")
    except OSError as error:
        found = f"{place} cannot be written to: {error.strerror or error}"
        advice = "point the variable TMPDIR (on Windows, TEMP) at a folder of yours"
        yield Finding("temporary files", Grade.PROBLEM, found, advice=advice)
    else:
        yield Finding("temporary files", Grade.OK, place)


def _sandbox(_: Path) -> Iterator[Finding]:
    """Name the walls for bulk grading; learners need none."""
    levels = probe_levels()
    have = ", ".join(found.level for found in levels if found.available)
    found = f"levels that hold here: {have}"
    if levels[1].available or levels[0].available:
        yield Finding("sandbox", Grade.OK, found)
        return
    missing = "; ".join(f"{level.level}: {level.why}" for level in levels[:-1])
    needed = f"{Level.LANDLOCK} or better, to grade others' work; nothing, to learn"
    advice = "grade on Linux 5.13 or later"
    yield Finding("sandbox", Grade.NOTE, f"{found} ({missing})", needed, advice)


def _amount(
    subject: str, amount: float, grades: tuple[tuple[float, Grade], ...], advice: str
) -> Finding:
    """Grade an amount of bytes by the first bound it falls below."""
    found = f"{amount / GIGABYTE:.1f} GB"
    for bound, grade in grades:
        if amount < bound:
            return Finding(subject, grade, found, f"{bound / GIGABYTE:g} GB", advice)
    return Finding(subject, Grade.OK, found)


def existing(folder: Path) -> Path:
    """Return ``folder``, or its nearest parent that is there."""
    return next(
        place for place in (folder, *folder.absolute().parents) if place.exists()
    )


def memory() -> int | None:
    """Return the bytes of memory this process may use, or None where nobody says."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None  # Windows
    limit = Path("/sys/fs/cgroup/memory.max")
    words = limit.read_text().strip() if limit.exists() else "max"
    return min(total, int(words)) if words.isdigit() else total


CHECKS = (
    _course,
    _python,
    _packages,
    _torch,
    _kernel,
    _jupyterlab,
    _study_folder,
    _memory,
    _clock_and_temporary_files,
    _sandbox,
)
