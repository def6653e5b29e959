"""A JupyterLab started by ``coursekit lab``, for tests that talk to the real thing."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from same_results import REUSE

ROOT = Path(__file__).parents[1]
TOKEN = "a-token-for-tests"
SECONDS_TO_START = 90


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: where it is, and what its process and log are."""

    address: str
    folder: Path
    log: Path
    process: subprocess.Popen

    def url(self, path: str) -> str:
        """Return the address of ``path`` with the token."""
        return f"{self.address}{path}?token={TOKEN}"

    def get(self, path: str) -> str:
        """Return what the server answers to a request for ``path``."""
        with urllib.request.urlopen(self.url(path), timeout=30) as answer:
            return answer.read().decode()

    def wait_until_it_answers(self) -> None:
        """Return once the server answers; show its log if it never does."""
        until = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < until and self.process.poll() is None:
            try:
                json.loads(self.get("/api/status"))
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.2)
            else:
                return
        pytest.fail(f"JupyterLab did not start:\n{self.log.read_text()}")

    def stop(self) -> None:
        """Shut the server and its kernels down."""
        request = urllib.request.Request(self.url("/api/shutdown"), method="POST")
        if self.process.poll() is None:
            urllib.request.urlopen(request, timeout=30).close()
        self.process.wait(60)


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running_lab(folder: Path, home: Path, *options: str) -> Iterator[Lab]:
    """Run ``coursekit lab`` on ``folder``, for a user whose home is ``home``."""
    port, log = free_port(), home / "lab.log"
    command = [sys.executable, "-m", "coursekit", "lab", str(folder), "--no-browser"]
    command += [f"--port={port}", f"--IdentityProvider.token={TOKEN}", *options]
    names = ("HOME", "USERPROFILE", "COURSEKIT_HOME")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("JUPYTER_")}
    own = {**dict.fromkeys(names, str(home)), "PYTHONUTF8": "1", REUSE: "1"}
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    with log.open("w") as stream:
        process = subprocess.Popen(
            command,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env={**inherited, **own, "PYTHONPATH": path},
            start_new_session=True,
        )
    lab = Lab(f"http://127.0.0.1:{port}", folder, log, process)
    try:
        lab.wait_until_it_answers()
        yield lab
        lab.stop()
    finally:
        process.kill()
        process.wait()
