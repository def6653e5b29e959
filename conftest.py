"""Seal every test off from whoever runs it; pytest reads this file before all others.

It lies at the root because nbval's kernels, started for notebooks outside ``tests``,
inherit the environment of this process: what is set here holds for them too.
"""

import gc
import os
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from coursekit.authoring.environment import quick, steady

_HOME = tempfile.TemporaryDirectory(prefix="coursekit-", ignore_cleanup_errors=True)
os.environ.update(steady(Path(_HOME.name)) | quick())

# Kernels keep what experiments return, and some reuse it: see tests/same_results.py.
# The processes of one session share the folder that the first of them made.
_TESTS = Path(__file__).parent / "tests"
os.environ["PYTHONSTARTUP"] = str(_TESTS / "start_of_a_kernel.py")
_RESULTS = Path(_HOME.name) / "results"
_RESULTS.mkdir()
os.environ.setdefault("COURSEKIT_TESTS_KEEP_RESULTS", str(_RESULTS))

_STARTED: set[str] = set()


def pytest_configure(config: pytest.Config) -> None:
    """Find nbval's sanitizer from any working folder: its option is a relative path."""
    config.option.nbval_sanitize_with = str(
        config.rootpath / config.option.nbval_sanitize_with
    )


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Spare the garbage collector what stays until the end: modules and tests."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give every notebook's kernel a home of its own, as the build does.

    Else what one solution records would show in the `progress()` of the next.
    """
    notebook = item.nodeid.partition("::")[0]
    if notebook.endswith(".ipynb") and notebook not in _STARTED:
        _STARTED.add(notebook)
        home = Path(_HOME.name) / f"home-{len(_STARTED)}"
        home.mkdir()
        os.environ["COURSEKIT_HOME"] = str(home)


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    _HOME.cleanup()
