"""What lies in a folder or an archive, before anybody looks inside it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from coursekit.grading.display import printable
from coursekit.grading.intake.reading import Refused
from coursekit.grading.reasons import Reason

#: What systems and editors leave in folders; what begins with a dot is passed over too.
_LITTER = {"__macosx", "desktop.ini", "thumbs.db", "icon\r", "__pycache__"}
#: Some browsers save a notebook as text; its name then ends in one of these.
_NOTEBOOK = re.compile(r"\.ipynb(?:\.(?:txt|json))?$", re.IGNORECASE)
_ARCHIVES = {".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst"}
#: Why an archive that lies in a folder or in an archive is not taken.
ARCHIVED = (
    "it is an archive among what was handed in; archives inside are not opened. Hand "
    "in the notebook itself, the .ipynb file."
)


@dataclass(frozen=True)
class Entry:
    """One file or folder: where it lies, and how to read it or why not.

    Attributes
    ----------
    parts : tuple of str
        The names on the way from where the search began to the file.
    is_folder : bool
        Whether it is a folder that was, or could be, looked into.
    modified : float
        When it was last changed: seconds since 1970, UTC. Archives hold the time on
        the clock of whoever packed them and say not which; it is taken as UTC.
    load : callable or None
        Returns the bytes, at most `MOST_BYTES` of them, or raises `Refused`.
    reason, message : Reason, str
        Why it is not taken; OK and nothing where it is.
    astray : bool
        Whether its name leads out of the archive, so that it is nobody's.
    """

    parts: tuple[str, ...]
    is_folder: bool = False
    modified: float = 0.0
    load: Callable[[], bytes] | None = field(default=None, repr=False, compare=False)
    reason: Reason = Reason.OK
    message: str = ""
    astray: bool = False

    @property
    def name(self) -> str:
        """The last of the names."""
        return self.parts[-1]

    @property
    def origin(self) -> str:
        """The names with slashes between them, on every system."""
        return "/".join(self.parts)

    def read(self) -> bytes:
        """Return the bytes.

        Raises
        ------
        Refused
            Where there are none, none that may be read, or too many.
        """
        if self.reason is not Reason.OK or self.load is None:
            reason = self.reason if self.message else Reason.FILE_REJECTED
            raise Refused(reason, self.message or "it is not a file.")
        return self.load()


def is_notebook(name: str) -> bool:
    """Tell whether a file's name is that of a notebook.

    Examples
    --------
    >>> is_notebook("07_layer_norm.IPYNB"), is_notebook("a.ipynb.txt")
    (True, True)
    >>> is_notebook("a.py")
    False
    """
    return _NOTEBOOK.search(name) is not None


def is_archive(name: str) -> bool:
    """Tell whether a file's name is that of an archive, of whatever kind."""
    return PurePosixPath(name).suffix.lower() in _ARCHIVES


def stem_of(name: str) -> str:
    """Return a file's name without its ending.

    Examples
    --------
    >>> stem_of("Doe, J. 07.ipynb"), stem_of("a.ipynb.txt"), stem_of("a.b.zip")
    ('Doe, J. 07', 'a', 'a.b')
    >>> stem_of("a.b")
    'a.b'
    """
    found = _NOTEBOOK.search(name)
    if found:
        return name[: found.start()]
    return PurePosixPath(name).stem if is_archive(name) else name


def has_ending(name: str) -> bool:
    """Tell whether a name has an ending, as files have and folders mostly do not.

    Examples
    --------
    >>> has_ending("data.csv"), has_ending("J. Doe"), has_ending("jane")
    (True, False, False)
    """
    return re.search(r"\.\w{1,8}$", name) is not None


def is_passed_over(name: str) -> bool:
    """Tell whether a file or folder is no learner's work: hidden, or litter.

    Examples
    --------
    >>> [is_passed_over(x) for x in (".ipynb_checkpoints", "Thumbs.db", "jane")]
    [True, True, False]
    """
    return name.startswith((".", "~$")) or name.lower() in _LITTER


def shown(name: str) -> str:
    r"""Return a name in quotes, on one line and safe to print, for a message.

    Examples
    --------
    >>> shown("a\nb\udc80")
    '"a\\nb\\udc80"'
    """
    return f'"{printable(name, 120).replace(chr(10), chr(92) + "n")}"'
