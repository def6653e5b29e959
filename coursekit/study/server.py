"""JupyterLab in half the time, for `coursekit lab`."""

import runpy

import coursekit.no_grammars  # noqa: F401 - before JupyterLab is imported

if __name__ == "__main__":
    runpy.run_module("jupyterlab", run_name="__main__", alter_sys=True)
