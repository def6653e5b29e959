"""A Dask cluster on this computer: one node dies, and the result is the same."""

import os
import random
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from bulk.class_of import class_of, lay_out

from coursekit import cli
from coursekit.commands import base
from coursekit.grading.records.dump import dump
from coursekit.grading.records.store import Records

pytest.importorskip("distributed", reason="Dask is not installed")
ROOT = Path(__file__).parents[3]
EXERCISES = ["00_start_here", "02_residual_connections"]
NODES = 3


class Program:
    """A program of Dask's, and the words it says on starting."""

    def __init__(self, *arguments, folder):
        self.process = subprocess.Popen(
            [sys.executable, "-m", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        )

    def says(self, pattern):
        """Return what is said that fits; what comes after is read and dropped."""
        for line in self.process.stdout:
            if found := re.search(pattern, line):
                threading.Thread(target=self.process.stdout.read, daemon=True).start()
                return found[0]
        raise RuntimeError(f"it ended without a word on {pattern}")

    def end(self):
        """Kill it; what it started has to notice by itself."""
        self.process.kill()
        self.process.wait()


@pytest.fixture
def cluster(tmp_path):
    """Return the scheduler's address and the nodes, each one process."""
    scheduler = Program(
        "distributed.cli.dask_scheduler",
        *("--host", "127.0.0.1", "--port", 0, "--no-dashboard", "--no-show"),
        folder=tmp_path,
    )
    nodes = []
    try:
        address = scheduler.says(r"tcp://127\.0\.0\.1:\d+")
        for _ in range(NODES):
            nodes.append(
                Program(
                    "distributed.cli.dask_worker",
                    *(address, "--no-dashboard", "--no-nanny", "--nthreads", 1),
                    folder=tmp_path,
                )
            )
        for node in nodes:
            node.says("Registered to|Starting established connection")
        yield address, nodes
    finally:
        for program in (*nodes, scheduler):
            program.end()


def recorded(folder):
    with Records.open(folder) as records:
        return dump(records), len(records.graded())


def grade(folder, out, *options):
    arguments = ("grade", folder, "--out", out, "--seed", "autumn", *options)
    walls = ("--require-isolation", "process")
    return cli.main([str(one) for one in (*arguments, *walls)])


@pytest.mark.slow
def test_a_node_that_is_killed_changes_nothing_in_the_result(cluster, tmp_path):
    address, nodes = cluster
    handed_in = lay_out(tmp_path / "in", class_of(12, EXERCISES, seed=6))
    killed = []

    def kill_one():
        while not killed:
            try:
                if recorded(tmp_path / "far")[1] >= 3:
                    killed.append(random.Random(1).choice(nodes))
                    killed[0].end()
            except Exception:  # the records are not there yet
                pass
            time.sleep(0.05)

    killer = threading.Thread(target=kill_one, daemon=True)
    killer.start()
    try:
        assert grade(handed_in, tmp_path / "far", "--scheduler", address) == base.DONE
    finally:
        killed.append(None)
        killer.join()
    assert killed[0] is not None
    assert grade(handed_in, tmp_path / "near", "--workers", 1) == base.DONE
    far, near = recorded(tmp_path / "far"), recorded(tmp_path / "near")
    assert far == near and near[1] == 12 * len(EXERCISES)
