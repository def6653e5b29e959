"""JupyterLab on a study folder, with the settings a course needs.

Nothing of the learner's own configuration is changed: the course's settings are
defaults (``lab/overrides.json``), which a theme or a shortcut of the learner's own
overrides, and the arrangement of the windows is kept in the study folder.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from coursekit.grading.whole import write_whole
from coursekit.study.folder import MARKER

SETTINGS = Path(__file__).with_name("lab")
KERNEL = "python3"


def open_lab(folder: Path, options: Sequence[str] = ()) -> int:
    """Run JupyterLab on ``folder`` until the learner ends it; return its exit code.

    Parameters
    ----------
    folder
        The study folder; JupyterLab opens there at the first lesson.
    options
        Options of JupyterLab's own. They come after the course's and win over them.
    """
    folder = folder.resolve()
    install_kernel(folder)
    server = subprocess.Popen(command(folder, options), env=environment(folder))
    with patience(server):
        return server.wait()


def command(folder: Path, options: Sequence[str] = ()) -> list[str]:
    """Return the command line that starts JupyterLab on ``folder``.

    >>> from pathlib import Path
    >>> command(Path("my study"), ["--no-browser"])[-1]
    '--no-browser'
    """
    own = {
        "--config": SETTINGS / "config.json",
        "--ServerApp.root_dir": folder,
        "--LabApp.default_url": first_page(folder),
        "--LabApp.app_settings_dir": SETTINGS,
        "--LabApp.workspaces_dir": folder / MARKER / "workspaces",
    }
    asked = [f"{name}={value}" for name, value in own.items()]
    if runs_as_root():
        # In a container there is often no other user; JupyterLab would refuse to start.
        asked.append("--allow-root")
    return [sys.executable, "-m", "coursekit.study.server", *asked, *options]


def first_page(folder: Path) -> str:
    """Return the address, below the server's, of the first lesson in ``folder``."""
    lessons = sorted((folder / "notebooks").glob("*.ipynb"))
    return f"/lab/tree/notebooks/{quote(lessons[0].name)}" if lessons else "/lab"


def runs_as_root() -> bool:
    """Return whether this process is the superuser's (never so on Windows)."""
    return getattr(os, "geteuid", lambda: 1)() == 0


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of JupyterLab: this one's, with our kernel found first.

    ``JUPYTER_PATH`` is the one place that comes before the user's own kernels, where a
    ``python3`` of another interpreter may stand. One thread, unless the learner says
    otherwise: in networks this small torch's threads gain nothing, and on two cores
    they and the browser wait for each other (lesson 07: over 3 minutes, not 20 s).
    """
    before = os.environ.get("JUPYTER_PATH")
    path = [str(folder / MARKER / "jupyter"), *([before] if before else [])]
    own = {"JUPYTER_PATH": os.pathsep.join(path)}
    return {"OMP_NUM_THREADS": "1", **os.environ, **own}


def install_kernel(folder: Path) -> Path:
    """Write into ``folder`` a kernel that is this interpreter; return its folder."""
    from jupyter_client.kernelspec import KernelSpecManager

    # With no folder to look in, the manager describes the interpreter it runs in.
    native = KernelSpecManager(kernel_dirs=[]).get_kernel_spec(KERNEL)
    place = folder / MARKER / "jupyter" / "kernels" / KERNEL
    place.mkdir(parents=True, exist_ok=True)
    write_whole(place / "kernel.json", json.dumps(native.to_dict(), indent=1))
    return place


@contextmanager
def patience(server: subprocess.Popen) -> Iterator[None]:
    """Leave Ctrl-C to ``server``, which asks before it stops; hand SIGTERM on."""
    handlers = {
        signal.SIGINT: signal.SIG_IGN,
        signal.SIGTERM: lambda *_: server.terminate(),
    }
    before = {number: signal.signal(number, new) for number, new in handlers.items()}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
