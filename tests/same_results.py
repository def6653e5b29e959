"""One session of tests runs each experiment once, though two of its parts ask for it.

nbval runs every lesson and compares what it says; after that a browser runs every
lesson in JupyterLab, to look at the page. The experiments, most of the time of both,
are the same code with the same configuration. So kernels keep what an experiment
returned, in a folder of this session, and those of JupyterLab take it where it is.
nbval's never do: what it compares has just been computed, progress bars and all.

IPython runs ``start_of_a_kernel.py`` because ``PYTHONSTARTUP`` says so (conftest.py).
"""

import hashlib
import os
import pickle
import sys
from collections.abc import Callable
from functools import wraps
from importlib.machinery import PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

FOLDER, REUSE = "COURSEKIT_TESTS_KEEP_RESULTS", "COURSEKIT_TESTS_REUSE_RESULTS"


def kept(run: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return ``run`` such that it keeps what it returns, by its configuration."""

    @wraps(run)
    def run_or_take(config: Any) -> Any:
        key = hashlib.sha256(pickle.dumps((run.__module__, config))).hexdigest()
        path = Path(os.environ[FOLDER], key)
        if os.environ.get(REUSE) and path.exists():
            return pickle.loads(path.read_bytes())
        result = run(config)
        own = path.with_suffix(f".{os.getpid()}")
        own.write_bytes(pickle.dumps(result))
        own.replace(path)  # whole or not at all: others read at the same time
        return result

    return run_or_take


class Loader(SourceFileLoader):
    """Load an experiment, and keep what it returns."""

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        if hasattr(module, "run"):
            module.run = kept(module.run)


class Experiments(PathFinder):
    """Find the course's experiments before others do."""

    @classmethod
    def find_spec(cls, name: str, path: Any = None, target: Any = None) -> Any:
        if not name.startswith("coursekit.experiments."):
            return None
        spec = super().find_spec(name, path, target)
        if spec is not None:
            spec.loader = Loader(spec.loader.name, spec.loader.path)
        return spec


def keep_results() -> None:
    """Let this process keep what experiments return."""
    sys.meta_path.insert(0, Experiments)
