"""What many tests share: a home of their own, and a real JupyterLab."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
from lab_server import Lab, running_lab

# As in JupyterLab, and before anybody imports torch: threads gain nothing in small
# networks, and lose a lot where other tests run on the same cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# What a shell starts in the background ignores Ctrl-C, and so would what tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

NUMBERS = count()


@pytest.fixture(autouse=True)
def sealed_home(tmp_path_factory, monkeypatch):
    """Keep a learner's progress in a folder of this test alone; who writes makes it."""
    home = tmp_path_factory.getbasetemp() / f"homes/{next(NUMBERS)}"
    monkeypatch.setenv("COURSEKIT_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def start_lab(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., Lab]]:
    """Return a function that starts JupyterLab on a folder, until the session ends."""
    with ExitStack() as running:

        def start(folder: Path, *options: str) -> Lab:
            home = tmp_path_factory.mktemp("home")
            return running.enter_context(running_lab(folder, home, *options))

        yield start
