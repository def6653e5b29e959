"""Every experiment that computes with torch lets the caller say where."""

import ast
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
import torch

from coursekit import experiments

#: The first draws its Jacobians with NumPy, and what it asks of a net runs where the
#: net is; the second has the device of the training it is given.
WITHOUT = {"gradient_paths", "identity_layers"}
NAMES = [found.name for found in iter_modules(experiments.__path__)]


def uses_torch(name):
    text = (Path(experiments.__path__[0]) / f"{name}.py").read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import) and any(a.name == "torch" for a in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and "nets" in (node.module or ""):
            return True
    return False


def config_of(name):
    return getattr(import_module(f"coursekit.experiments.{name}"), "Config", None)


CONFIGURED = [
    name
    for name in NAMES
    if name not in WITHOUT and config_of(name) and uses_torch(name)
]


def test_there_are_experiments_with_torch():
    assert len(CONFIGURED) > 15


@pytest.mark.parametrize("name", CONFIGURED)
def test_the_configuration_has_a_device_and_it_is_the_cpu(name):
    found = {field.name: field.default for field in fields(config_of(name))}
    assert found.get("device") == "cpu"


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
@pytest.mark.parametrize("name", ["eps_placement", "identity_baseline"])
def test_exact_results_are_the_same_on_cuda(name):
    module = import_module(f"coursekit.experiments.{name}")
    here, there = (module.run(module.Config(device=d)) for d in ("cpu", "cuda"))
    for field in fields(here):
        one, other = getattr(here, field.name), getattr(there, field.name)
        if hasattr(one, "dtype"):
            torch.testing.assert_close(
                torch.from_numpy(one), torch.from_numpy(other), equal_nan=True
            )
