"""Tell whether a source, or the code of ours that it imports, has changed."""

import ast
import hashlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

#: Raised when the builder writes notebooks differently from the same source.
FORMAT = 1
#: What `coursekit.__getattr__` imports on first use.
LAZY = dict.fromkeys(
    ("answer", "check", "hint", "progress", "solution"), "coursekit.study.feedback"
)
PACKAGE = "coursekit"


def fingerprint(source: Path, root: Path) -> str:
    """Return a digest of a source and of every module of ours that it can reach.

    Imports are read, not run, and followed from module to module. Line endings do
    not count.

    Parameters
    ----------
    source : Path
        The py:percent script.
    root : Path
        The folder that holds the package.

    Returns
    -------
    digest : str
        SHA-256 in hexadecimal.
    """
    digest = hashlib.sha256(f"format {FORMAT}".encode())
    for path in [source, *sorted(reached_files(source, root))]:
        name = path.relative_to(root).as_posix() if path.is_relative_to(root) else ""
        content = path.read_bytes()
        if b"\0" not in content:
            content = content.replace(b"\r\n", b"\n")
        digest.update(f"\0{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def reached_files(source: Path, root: Path) -> set[Path]:
    """Return the files of the package that ``source`` imports, and so on from them.

    Autograders are found at run time, and `progress` counts the tasks of all of them:
    who reaches one reaches all. Data and templates count with the package they lie in.
    """
    seen: set[Path] = set()
    named: set[str] = set()
    waiting = [source]
    while waiting:
        path = waiting.pop()
        for name in imported_names(path, path.stat().st_mtime_ns) - named:
            named.add(name)
            new = {file for file in _files_of(name, root) if file not in seen}
            if name == f"{PACKAGE}.autograders":
                new |= {*(root / PACKAGE / "autograders").rglob("*.py")} - seen
            seen |= new
            waiting += new
    packages = {p.parent for p in seen if p.name == "__init__.py"} - {root / PACKAGE}
    return seen.union(*map(_data_in, packages))


@lru_cache(maxsize=2000)
def imported_names(path: Path, changed: int) -> frozenset[str]:
    """Return the dotted names of ours that a file imports, anywhere in it.

    ``from coursekit.a import b`` gives ``coursekit.a`` and ``coursekit.a.b``: b may
    be a module. ``changed`` is when the file last did: most are asked for by many.
    """
    return frozenset(_imported(path))


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(_without_magics(path))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
            names += [f"{node.module}.{alias.name}" for alias in node.names]
            if node.module == PACKAGE:
                names += [LAZY[a.name] for a in node.names if a.name in LAZY]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            if name.split(".")[0] == PACKAGE:
                yield name


def _without_magics(path: Path) -> str:
    """Return the text of a file; IPython's magics are no Python and import nothing."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return "\n".join("" if line[:1] in ("%", "!") else line for line in lines)


def _files_of(name: str, root: Path) -> Iterator[Path]:
    """Yield the code that importing ``name`` reads: its packages' and its own."""
    folder = root
    for part in name.split("."):
        module = folder / f"{part}.py"
        if module.is_file():
            yield module
            return
        folder = folder / part
        if not (folder / "__init__.py").is_file():
            return
        yield folder / "__init__.py"


def _data_in(folder: Path) -> Iterator[Path]:
    """Yield the files below ``folder`` that are no code."""
    for path in folder.rglob("*"):
        if path.suffix not in (".py", ".pyc") and path.is_file():
            yield path
