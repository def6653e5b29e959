"""Print the time from a key on a slider to the new picture on the page.

The explorers of lesson 07 stand beside plain ``interact`` with the same figure, in one
JupyterLab and one browser. Run it from the root of the repository, with a Chromium:
``CHROMIUM=/usr/bin/chromium python tests/benchmarks/slider_to_picture.py``.
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from playwright.sync_api import Page, sync_playwright

MOVES, WARM_UP, PAUSE_MS = 24, 4, 120
INTERACT = """\
import matplotlib.pyplot as plt
import numpy as np
from ipywidgets import interact
from coursekit.plots.layer_norm_sphere import draw_layer_norm_of

@interact(first=(-1.5, 1.5, 0.1))
def draw(first=0.0):
    x = np.array([first, -1.5, 1.2])
    figure, axes = plt.subplots(1, 2, figsize=(6.4, 3.2), layout="constrained")
    draw_layer_norm_of(axes, x, (x - x.mean()) / x.std())
    plt.show()
"""
CELLS = {
    f"{name} explorer": (
        f"from coursekit.explorers.{module} import explore_{module}\nexplore_{module}()"
    )
    for name, module in (("sphere", "layer_norm_sphere"), ("eps", "eps_placement"))
} | {"plain interact": INTERACT}
#: press a key on the first slider of a cell; wait for another, finished, picture
MOVE = """([cell, key]) => new Promise((done, fail) => {
  const output = document.querySelectorAll(".jp-Notebook .jp-Cell")[cell];
  const picture = () => [...output.querySelectorAll("img")].at(-1);
  const slider = output.querySelector(".noUi-handle");
  slider.focus();
  const old = picture().src, start = performance.now();
  slider.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
  const look = () => {
    const now = picture();
    if (now && now.src !== old && now.complete && now.naturalWidth)
      requestAnimationFrame(() => done(performance.now() - start));
    else if (performance.now() - start > 5000) fail("no new picture in 5 s");
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_notebook(path: Path) -> None:
    """Write one cell for each of `CELLS`."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS.values()]
    metadata = {"kernelspec": kernel}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)


def start_lab(folder: Path, port: int) -> subprocess.Popen:
    """Start JupyterLab in ``folder`` and wait until it listens."""
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *(f"--port={port}", f"--notebook-dir={folder}"),
        *("--IdentityProvider.token=", f"--LabApp.workspaces_dir={folder}/spaces"),
    ]
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    lab = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    for _ in range(200):
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return lab
        time.sleep(0.2)
    lab.terminate()
    raise RuntimeError("JupyterLab did not start within 40 s.")


def median_time(page: Page, cell: int) -> float:
    """Return the median time in ms from key to picture in one cell."""
    times = []
    for move in range(MOVES):
        key = "ArrowRight" if move % 2 else "ArrowLeft"
        times.append(page.evaluate(MOVE, [cell, key]))
        page.wait_for_timeout(PAUSE_MS)
    return statistics.median(times[WARM_UP:])


def main() -> None:
    """Open the notebook, run it, move the sliders, print the medians."""
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        folder, port = Path(home), free_port()
        write_notebook(folder / "sliders.ipynb")
        lab = start_lab(folder, port)
        try:
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("CHROMIUM"),
                args=["--no-sandbox", "--disable-gpu"],
            )
            page = browser.new_page(viewport={"width": 1150, "height": 2600})
            page.goto(f"http://127.0.0.1:{port}/lab/tree/sliders.ipynb?reset")
            page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
            page.click('.lm-MenuBar-itemLabel:text-is("Run")')
            page.click('.lm-Menu-itemLabel:has-text("Run All Cells") >> nth=0')
            page.wait_for_function(
                "document.querySelectorAll('.noUi-handle').length >= 8", timeout=90_000
            )
            page.wait_for_timeout(3000)
            medians = {n: median_time(page, i) for i, n in enumerate(CELLS)}
        finally:
            lab.terminate()
            lab.wait()
    print(f"median of {MOVES - WARM_UP} moves       ms   of interact")
    for name, ms in medians.items():
        print(f"{name:<22}{ms:>8.0f}{ms / medians['plain interact']:>14.2f}")


if __name__ == "__main__":
    main()
