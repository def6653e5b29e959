"""Which edition of an exercise's checks judged an answer."""

import hashlib
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
#: What every exercise's verdicts rest on beside its own autograder.
SHARED = ("grading", "probes", "reference")
#: What comes after a verdict and cannot change it.
AFTERWARDS = ("exports", "records", "reports")


@cache
def edition(exercise: str) -> str:
    """Return twelve characters that change when an exercise's checks change.

    They are the beginning of a SHA-256 over the code of the exercise's autograder and
    of all it rests on; line endings do not count.

    Parameters
    ----------
    exercise : str
        Such as "07_layer_norm".

    Examples
    --------
    >>> len(edition("07_layer_norm"))
    12
    """
    topic = exercise.partition("_")[2]
    folders = [PACKAGE / "autograders" / topic, *(PACKAGE / name for name in SHARED)]
    after = {PACKAGE / "grading" / name for name in AFTERWARDS}
    files = [
        file
        for folder in folders
        for file in sorted(folder.rglob("*.py"))
        if not after & set(file.parents)
    ]
    files += sorted((PACKAGE / "autograders").glob("*.py"))
    digest = hashlib.sha256()
    for file in files:
        content = file.read_bytes().replace(b"\r\n", b"\n")
        name = file.relative_to(PACKAGE).as_posix()
        digest.update(f"\0{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:12]
