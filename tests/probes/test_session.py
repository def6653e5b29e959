"""A check leaves the learner's session as it was."""

import builtins
import os
import random
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from coursekit.probes.session import untouched


def state():
    return {
        "random": random.getstate(),
        "numpy random": np.random.get_state()[1].tolist(),  # noqa: NPY002
        "numpy errors": np.geterr(),
        "numpy printing": np.get_printoptions(),
        "warnings": list(warnings.filters),
        "streams": (sys.stdin, sys.stdout, sys.stderr),
        "folder": Path.cwd(),
        "environment": dict(os.environ),
        "recursion": sys.getrecursionlimit(),
        "input": builtins.input,
    }


def disturb(folder):
    random.random()
    np.random.random()  # noqa: NPY002
    np.seterr(all="raise")
    np.set_printoptions(precision=1)
    warnings.simplefilter("error")
    sys.stdout, sys.stderr = sys.stderr, None
    os.chdir(folder)
    os.environ["NEW"] = "1"
    os.environ.pop("PATH", None)
    sys.setrecursionlimit(5000)


def test_everything_is_put_back(tmp_path):
    before = state()
    with untouched():
        disturb(tmp_path)
    assert state() == before


def test_everything_is_put_back_after_an_exception(tmp_path):
    before = state()
    with pytest.raises(SystemExit), untouched():
        disturb(tmp_path)
        raise SystemExit
    assert state() == before


def test_input_raises_instead_of_waiting():
    with untouched(), pytest.raises(EOFError, match="nobody"):
        input("name? ")


def test_torch_is_put_back():
    torch = pytest.importorskip("torch")
    before = torch.get_rng_state()
    with untouched():
        torch.rand(3)
        torch.set_default_dtype(torch.float64)
        torch.set_grad_enabled(False)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.get_default_dtype() is torch.float32 and torch.is_grad_enabled()


def test_torch_is_not_imported_for_it():
    code = (
        "import sys\nfrom coursekit.probes.session import untouched\n"
        "with untouched(): pass\nprint('torch' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ran.stdout.strip() == "False", ran.stderr
