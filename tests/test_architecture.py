"""The import directions of the package, as a table; README, "How it is laid out"."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1] / "coursekit"
EVERYTHING = {
    "lesson",
    "study",
    "authoring",
    "classroom",
    "grading",
    "autograders",
    "wire",
    "extras",
    "numbered",
}
#: layer: (what it may import from coursekit, what it may import from outside)
LAYERS = {
    "reference": (set(), {"numpy"}),
    "nets": (set(), {"torch"}),
    "data": (set(), {"numpy"}),
    "experiments": ({"nets", "reference", "data"}, {"torch", "numpy", "tqdm"}),
    "plots": (set(), {"matplotlib", "numpy"}),
    "explorers": (
        {"plots", "experiments", "nets", "reference"},
        {"ipywidgets", "matplotlib", "numpy", "torch"},
    ),
    "lesson": ({"plots"}, {"IPython", "matplotlib"}),
    # distributed, the extra `cluster`, is imported where a scheduler is named
    "grading": (
        {"probes", "extras", "numbered"},
        {"numpy", "jinja2", "markupsafe", "tqdm", "distributed", "torch"},
    ),
    "probes": (set(), {"numpy", "torch"}),
    # what a notebook and the board say to each other: neither imports the other
    "wire": (set(), set()),
    # how to install what an optional part needs
    "extras": (set(), set()),
    # how lessons and exercises are named by whoever types a command
    "numbered": (set(), set()),
    # makes nbformat and JupyterLab load sooner
    "no_grammars": (set(), set()),
    "autograders": (
        # data: the capstone's net is trained on digits, which its probe may not load
        {"grading", "probes", "reference", "nets", "data"},
        {"numpy", "torch"},
    ),
    "study": (
        {"grading", "autograders", "probes", "wire", "no_grammars"},
        {
            "numpy",
            "torch",
            "IPython",
            "platformdirs",
            "packaging",
            "jupyter_client",
            "jupyter_core",
        },
    ),
    "authoring": (
        {"extras", "numbered", "no_grammars"},
        {
            "jupytext",
            "nbformat",
            "nbclient",
            "nbconvert",
            "jinja2",
            "markupsafe",
            "latex2mathml",
            "tqdm",
        },
    ),
    "classroom": ({"grading", "wire"}, {"jinja2", "markupsafe", "tornado"}),
    "commands": (EVERYTHING, {"torch", "tqdm"}),
    "cli": ({"commands"}, set()),
}


def files_of(layer: str) -> list[Path]:
    return [*(ROOT / layer).rglob("*.py"), *ROOT.glob(f"{layer}.py")]


@cache
def imports_in(path: Path) -> list[ast.Import | ast.ImportFrom]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.Import, ast.ImportFrom)
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def names_in(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def imported_modules(path: Path) -> Iterator[str]:
    yield from names_in(imports_in(path))


def declared(*lists: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(one).name) for each in lists for one in each}


#: Which distributions bring each module; to look is slow.
brought = cache(packages_distributions)


def from_outside(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the distributions, of those that are not ours, that nodes import."""
    modules = {name.partition(".")[0] for name in names_in(nodes)}
    modules -= sys.stdlib_module_names | {"coursekit"}
    return {canonicalize_name(brought().get(one, [one])[0]) for one in modules}


def test_every_layer_of_the_package_is_in_the_table():
    found = {p.name for p in ROOT.iterdir() if (p / "__init__.py").exists()}
    found |= {p.stem for p in ROOT.glob("*.py")} - {"__init__", "__main__"}
    assert found <= set(LAYERS)


def test_no_import_is_relative():
    for path in ROOT.rglob("*.py"):
        for node in imports_in(path):
            assert not getattr(node, "level", 0), f"{path} has a relative import"


@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_layer_imports_only_what_it_may(layer):
    inside, outside = LAYERS[layer]
    for path in files_of(layer):
        names = [name.split(".") for name in imported_modules(path)]
        ours = {name[1] for name in names if name[0] == "coursekit" and len(name) > 1}
        others = {name[0] for name in names} - {"coursekit"} - sys.stdlib_module_names
        where = path.relative_to(ROOT.parent)
        extra = ours - inside - {layer, "__version__"}
        assert not extra, f"{where} imports coursekit's {sorted(extra)}"
        assert others <= outside, f"{where} imports {sorted(others - outside)}"


def test_what_is_imported_is_declared_and_what_an_extra_brings_only_inside_functions():
    text = (ROOT.parent / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    core, extras = project["dependencies"], project["optional-dependencies"]
    optional = declared(*(extras[name] for name in ("cluster", "html", "teach")))
    for path in ROOT.rglob("*.py"):
        where = path.relative_to(ROOT.parent)
        anywhere = from_outside(imports_in(path)) - declared(core)
        assert anywhere <= optional, f"pyproject.toml lacks {anywhere}: {where}"
        at_once = from_outside(ast.parse(path.read_text(encoding="utf-8")).body)
        assert at_once <= declared(core), f"{where} needs {at_once} at once"


def test_what_runs_beside_learner_code_knows_no_exercise():
    allowed = {"coursekit.probes", "coursekit.__all__"}
    allowed |= {f"coursekit.grading.{part}" for part in ("worker", "walls", "reasons")}
    of_the_parent = {"handle.py", "process.py"}
    for path in (ROOT / "grading" / "worker").glob("*.py"):
        ours = {n for n in imported_modules(path) if n.startswith("coursekit.")}
        if path.name in of_the_parent:
            ours = {n for n in ours if not n.startswith("coursekit.grading.isolation")}
        foreign = {n for n in ours if not n.startswith(tuple(allowed))}
        assert not foreign, f"{path.name} imports {foreign}"


def test_of_grading_the_worker_alone_imports_torch():
    for path in files_of("grading"):
        tops = {name.partition(".")[0] for name in imported_modules(path)}
        assert "torch" not in tops or path.parent.name == "worker", path


@pytest.mark.parametrize(
    "start", ["import coursekit", "import coursekit.cli", "from coursekit import check"]
)
def test_the_package_starts_without_the_heavy_libraries(start):
    heavy = {"torch", "matplotlib", "ipywidgets", "IPython", "nbformat"}
    code = f"import sys; {start}; print({heavy} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ran.stdout.strip() == "set()", ran.stderr
