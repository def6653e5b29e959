"""Build lessons, solutions and exercises from their sources, or say what is stale."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from tqdm import tqdm

from coursekit.authoring import course_map, notebooks
from coursekit.authoring.execute import execute
from coursekit.authoring.fingerprint import fingerprint
from coursekit.authoring.sources import BuildError, read_cells
from coursekit.numbered import is_meant

__all__ = ["BuildError", "build_course"]

#: Notebooks that run at the same time: kernels wait for imports more than for cores.
AT_ONCE = 2


@dataclass(frozen=True)
class Source:
    """One py:percent script and the notebooks that come from it."""

    path: Path
    root: Path

    @property
    def name(self) -> str:
        """How messages and notebooks name it, the same on all systems."""
        return self.path.relative_to(self.root).as_posix()

    @property
    def executed(self) -> Path:
        """The lesson or the worked solution."""
        return self.path.parents[1] / f"{self.path.stem}.ipynb"

    @property
    def exercise(self) -> Path | None:
        """The exercise, where this is the source of one."""
        if self.executed.parent.name != "solutions":
            return None
        return self.root / "exercises" / self.executed.name


def build_course(
    names: Sequence[str],
    *,
    check: bool = False,
    root: Path | None = None,
    progress: bool = True,
) -> list[Path]:
    """Build what has changed, or with ``check`` only say what that is.

    A notebook is rebuilt when its source has changed, when a module of ours that
    the source can reach has changed, or when the notebook's cells are not those of
    its source. To build one again all the same, delete it first.

    Parameters
    ----------
    names : sequence of str
        What to build: a number ("07"), a name ("07_layer_norm"), or a path of a
        source or of a notebook; none builds everything.
    check : bool, default=False
        Run and write nothing.
    root : Path, optional
        The repository; by default the one around the working folder.
    progress : bool, default=True
        Show a progress bar on standard error while notebooks run.

    Returns
    -------
    changed : list of Path
        What was written or, with ``check``, is stale; relative to ``root``.

    Raises
    ------
    BuildError
        If a name is unknown, a source breaks a rule or a cell fails. What could be
        built has been built.
    """
    root = find_root() if root is None else Path(root).resolve()
    everything = find_sources(root)
    chosen = _select(everything, names, root)
    read = {source: read_cells(source.path, source.name) for source in chosen}
    changed = [path for source in chosen for path in _exercise(source, read, check)]
    stale = [source for source in chosen if _is_stale(source, read[source])]
    if check:
        changed += [source.executed for source in stale]
    else:
        changed += _run_all(stale, read, progress)
    changed += _readme(everything, root, check)
    return sorted(path.relative_to(root) for path in changed)


def find_root() -> Path:
    """Return the repository around the working folder, or else around the package."""
    here = Path.cwd()
    for folder in (here, *here.parents, Path(__file__).parents[2]):
        if (folder / "notebooks" / "sources").is_dir():
            return folder
    raise BuildError(
        f"there is no notebooks/sources in or above {here}. Run this inside a clone "
        "of the course: an installed package has no sources."
    )


def find_sources(root: Path) -> list[Source]:
    """Return the sources of the course in their order: lessons, then solutions."""
    folders = [root / kind / "sources" for kind in ("notebooks", "solutions")]
    return [Source(p, root) for folder in folders for p in sorted(folder.glob("*.py"))]


def _select(sources: list[Source], names: Sequence[str], root: Path) -> list[Source]:
    """Return the sources that ``names`` mean, each once."""
    chosen: dict[Source, None] = {}
    for name in names:
        path = Path(name).resolve()
        found = [s for s in sources if path in (s.path, s.executed, s.exercise)]
        stem = Path(name).stem
        if not found and stem == name:
            found = [s for s in sources if is_meant(name, s.path.stem)]
        if not found:
            known = ", ".join(sorted({source.path.stem for source in sources}))
            raise BuildError(
                f"there is no {name!r} in {root}. There are: {known}.", misused=True
            )
        chosen |= dict.fromkeys(found)
    return list(chosen) if names else sources


def _unexecuted(source: Source, cells: list[NotebookNode]) -> NotebookNode:
    if source.exercise is None:
        return notebooks.lesson(cells)
    return notebooks.solution(cells, source.name)


def _is_stale(source: Source, cells: list[NotebookNode]) -> bool:
    """Tell whether the executed notebook is not the one this source gives."""
    wanted = _unexecuted(source, cells)
    try:
        there = nbformat.read(source.executed, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError):
        return True
    seal = {
        "source": source.name,
        "fingerprint": fingerprint(source.path, source.root),
    }
    same_seal = there.metadata.get("coursekit") == seal
    return not (same_seal and notebooks.same_cells(there, wanted))


def _exercise(
    source: Source, read: dict[Source, list[NotebookNode]], check: bool
) -> list[Path]:
    """Write the exercise of a solution; return its path if that changed it."""
    path = source.exercise
    if path is None:
        return []
    text = notebooks.as_text(notebooks.exercise(read[source], source.name))
    if check:
        same = path.is_file() and path.read_bytes() == text.encode()
        return [] if same else [path]
    return [path] if notebooks.write_if_new(path, text) else []


def _run_all(
    sources: list[Source], read: dict[Source, list[NotebookNode]], progress: bool
) -> list[Path]:
    """Execute and write notebooks; one that fails does not stop the others."""
    if not sources:
        return []
    # Processes, not threads: the clients of two kernels in one process can close each
    # other's sockets, and then a notebook waits for ever.
    with ProcessPoolExecutor(AT_ONCE, get_context("spawn")) as pool:
        ends = list(
            tqdm(
                pool.map(_run, sources, [read[source] for source in sources]),
                total=len(sources),
                desc="building",
                unit="notebook",
                disable=not progress,
            )
        )
    failures = [end for end in ends if isinstance(end, str)]
    if failures:
        raise BuildError("\n".join(failures))
    return [end for end in ends if isinstance(end, Path)]


def _run(source: Source, cells: list[NotebookNode]) -> Path | str | None:
    """Execute and write one notebook; return its path if that changed it, or a fault.

    A fault comes as text: an exception would end the pool's other work.
    """
    try:
        made = _unexecuted(source, cells)
        seal = fingerprint(source.path, source.root)
        execute(made, source.executed.parent, source.root, source.name)
        text = notebooks.as_text(notebooks.sealed(made, source.name, seal))
    except BuildError as error:
        return str(error)
    return source.executed if notebooks.write_if_new(source.executed, text) else None


def _readme(sources: list[Source], root: Path, check: bool) -> list[Path]:
    """Bring the README's course map up to date; return its path if it was not."""
    path = root / "README.md"
    if not path.is_file():
        return []
    headers = [course_map.read_header(s.path) for s in sources if s.exercise is None]
    exercises = [s.path.stem for s in sources if s.exercise is not None]
    before = path.read_text(encoding="utf-8")
    after = course_map.with_map(before, course_map.table(headers, exercises))
    if after == before:
        return []
    if not check:
        notebooks.write_if_new(path, after)
    return [path]
