"""Run a notebook and keep of its outputs what is the same on the next run."""

import re
import tempfile
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from coursekit.authoring.environment import steady, with_package
from coursekit.authoring.sources import BuildError, tags_of

#: a cell tagged "long" takes up to a minute on two free cores, and cores are shared
CELL_SECONDS, LONG_CELL_SECONDS = 120, 600
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def execute(notebook: NotebookNode, folder: Path, root: Path, name: str) -> None:
    """Run every cell of ``notebook`` in a fresh kernel and store the outputs in it.

    Parameters
    ----------
    notebook : NotebookNode
        Changed in place.
    folder : Path
        The kernel's working folder: where the notebook lies.
    root : Path
        The folder that holds the package.
    name : str
        What messages call the notebook's source.

    Raises
    ------
    BuildError
        If a cell raises, takes longer than `seconds_for` it or ends the kernel; the
        message has the cell's id and the last lines of its traceback.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import (
        CellExecutionError,
        CellTimeoutError,
        DeadKernelError,
    )

    folder.mkdir(parents=True, exist_ok=True)
    client = NotebookClient(
        notebook,
        timeout_func=seconds_for,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        store_widget_state=False,
    )
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        try:
            client.execute(env=with_package(root, steady(Path(home))))
        except CellExecutionError as error:
            cell = _failed_cell(notebook)
            lines = COLOURS.sub("", error.traceback).rstrip().splitlines()[-12:]
            trouble = "\n    ".join([f"{error.ename}: {error.evalue}", *lines])
            raise BuildError(f"{name}, cell {cell}: {trouble}") from None
        except CellTimeoutError:
            cell = _running_cell(notebook)
            raise BuildError(
                f"{name}, cell {cell.id}: did not end within {seconds_for(cell)} s."
            ) from None
        except DeadKernelError:
            cell = _running_cell(notebook)
            raise BuildError(f"{name}, cell {cell.id}: the kernel died.") from None
    normalise(notebook)


def _failed_cell(notebook: NotebookNode) -> str:
    """Return the id of the cell that raised."""
    for cell in notebook.cells:
        if any(out.output_type == "error" for out in cell.get("outputs", [])):
            return cell.id
    return "unknown"


def seconds_for(cell: NotebookNode) -> int:
    """Return how long a cell may take before the build gives up.

    Examples
    --------
    >>> seconds_for(nbformat.v4.new_code_cell(metadata={"tags": ["long"]}))
    600
    """
    return LONG_CELL_SECONDS if "long" in tags_of(cell) else CELL_SECONDS


def _running_cell(notebook: NotebookNode) -> NotebookNode:
    """Return the cell the kernel was busy with: the last that was counted."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    started = [cell for cell in code if cell.execution_count is not None]
    return started[-1] if started else code[0]


def normalise(notebook: NotebookNode) -> None:
    """Make the outputs independent of when and where the notebook ran.

    Cells are counted from 1 in their order, pieces of one stream are joined, and
    views of widgets are dropped: they point into a kernel that has ended, and the
    picture beside them stays.
    """
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for count, cell in enumerate(code, start=1):
        cell.execution_count = count
        cell.metadata.pop("execution", None)
        kept: list[NotebookNode] = []
        for output in map(nbformat.from_dict, cell.outputs):
            output.pop("transient", None)
            if output.output_type == "execute_result":
                output.execution_count = count
            if "data" in output:
                output.data.pop(WIDGET_VIEW, None)
            before = kept[-1] if kept else NotebookNode(output_type="")
            if output.output_type == "stream" == before.output_type:
                if output.name == before.name:
                    before.text += output.text
                    continue
            kept.append(output)
        cell.outputs = kept
    notebook.metadata.pop("widgets", None)
