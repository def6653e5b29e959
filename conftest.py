"""Seal every test off from whoever runs it; pytest reads this file before all others.

It lies at the root because nbval's kernels, started for notebooks outside ``tests``,
inherit the environment of this process: what is set here holds for them too.
"""

import os
import tempfile
from pathlib import Path

import pytest

from coursekit.authoring.environment import quick, steady

_HOME = tempfile.TemporaryDirectory(prefix="coursekit-", ignore_cleanup_errors=True)
os.environ.update(steady(Path(_HOME.name)) | quick())


def pytest_configure(config: pytest.Config) -> None:
    """Find nbval's sanitizer from any working folder: its option is a relative path."""
    config.option.nbval_sanitize_with = str(
        config.rootpath / config.option.nbval_sanitize_with
    )


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    _HOME.cleanup()
