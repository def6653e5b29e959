"""How to install what a part of the course needs beside its core."""

from pathlib import Path

CLONE = Path(__file__).parents[1]


def how_to_install(extra: str) -> str:
    """Return the command that installs an extra of `pyproject.toml`.

    Parameters
    ----------
    extra : {"teach", "cluster"}
        What teachers need to make pages and releases; what grades on a cluster.

    Returns
    -------
    str
        For the clone that the package runs from, if it does: the package registry may
        have another version, or none.
    """
    if (CLONE / "pyproject.toml").is_file():
        return f"pip install -e '.[{extra}]' (in the clone)"
    return f"pip install 'coursekit[{extra}]'"
