"""Ways into released notebooks without installing: Google Colab and Binder."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from coursekit.authoring.sources import BuildError

#: ``OWNER/NAME`` or its address on GitHub, and a branch or tag after an @.
REPOSITORY = re.compile(
    r"(?:https://github\.com/)?(?P<owner>[\w.-]+)/(?P<name>[\w.-]+?)(?:\.git)?/?"
    r"(?:@(?P<branch>[\w./-]+))?"
)


@dataclass(frozen=True)
class Repository:
    """Where on GitHub the release is going to be."""

    owner: str
    name: str
    branch: str = "main"

    @property
    def colab(self) -> str:
        """Where Colab opens a notebook of the repository: this, and its path."""
        return (
            "https://colab.research.google.com/github/"
            f"{self.owner}/{self.name}/blob/{quote(self.branch)}/"
        )

    @property
    def binder(self) -> str:
        """Where Binder opens a notebook of the repository: this, and its path."""
        branch = quote(self.branch, safe="")
        return (
            f"https://mybinder.org/v2/gh/{self.owner}/{self.name}/{branch}"
            "?urlpath=lab/tree/"
        )

    @property
    def pip(self) -> str:
        """What pip installs the repository from."""
        return f"git+https://github.com/{self.owner}/{self.name}@{self.branch}"


def read_repository(text: str) -> Repository:
    """Return the repository that ``text`` names.

    Raises
    ------
    BuildError
        If it is no repository on GitHub.

    Examples
    --------
    >>> read_repository("someone/norms@2026").pip
    'git+https://github.com/someone/norms@2026'
    """
    found = REPOSITORY.fullmatch(text.strip())
    if found is None:
        raise BuildError(
            f"{text!r} is no repository on GitHub. Colab and Binder open those; write "
            "OWNER/NAME, or OWNER/NAME@BRANCH if the branch is not 'main'."
        )
    return Repository(found["owner"], found["name"], found["branch"] or "main")


def with_buttons(
    notebook: dict[str, Any], path: str, repository: Repository
) -> dict[str, Any]:
    """Return a notebook that begins with its two buttons and a cell for Colab.

    Parameters
    ----------
    notebook : dict
        The notebook as JSON; left as it is.
    path : str
        Its path in the repository, such as ``"notebooks/07_layer_norm.ipynb"``.
    repository : Repository
        Where it is going to be.
    """
    place = quote(path)
    buttons = (
        f"[Open in Colab]({repository.colab}{place}) · "
        f"[Open on Binder]({repository.binder}{place})"
    )
    # Colab has all that a notebook needs but the course itself; without --no-deps pip
    # would bring JupyterLab, and change versions under the running kernel.
    install = (
        "# On Google Colab this installs the course; anywhere else it does nothing.\n"
        "import sys\n\n"
        'if "google.colab" in sys.modules:\n'
        f"    %pip install --quiet --no-deps {repository.pip}"
    )
    first = [
        {
            "cell_type": "markdown",
            "id": "ways-in",
            "metadata": {},
            "source": buttons.splitlines(keepends=True),
        },
        {
            "cell_type": "code",
            "execution_count": None,
            "id": "on-colab",
            "metadata": {},
            "outputs": [],
            "source": install.splitlines(keepends=True),
        },
    ]
    return {**notebook, "cells": [*first, *notebook["cells"]]}
