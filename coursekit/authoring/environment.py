"""The environment in which a notebook says the same thing every time."""

import os
from pathlib import Path


def steady(home: Path) -> dict[str, str]:
    """Return the variables a kernel needs beside the ones that are already set.

    Parameters
    ----------
    home : Path
        An empty folder for what the course records about its learner, so that no
        build and no test reads or writes the progress of whoever runs it.

    Returns
    -------
    variables : dict of str
        To be merged into `os.environ`.
    """
    return {
        "COURSEKIT_HOME": str(home),
        "MPLBACKEND": "agg",
        "NO_COLOR": "1",
        # as in JupyterLab: threads gain nothing in small networks, and lose a lot
        # where something else runs on the same cores
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "TQDM_DISABLE": "1",
    }


def quick() -> dict[str, str]:
    """Return the variables that make cells tagged "long" do less, and say the same.

    Tests set them. A build does not, unless they are set where it starts: what is
    committed and shown is what a learner gets.
    """
    return {"COURSEKIT_QUICK": "1"}


def with_package(root: Path, variables: dict[str, str]) -> dict[str, str]:
    """Return today's environment with ``variables``, importing from ``root`` first."""
    inherited = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([str(root), *([inherited] if inherited else [])])
    return {**os.environ, **variables, "PYTHONPATH": path}
