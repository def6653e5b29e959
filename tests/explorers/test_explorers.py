"""What holds for every explorer: a module with `render` and `tell`, one `explore_...`.

Explorers are found, not listed: a new module of `coursekit.explorers` is tested too.
"""

from functools import cache
from html.parser import HTMLParser
from importlib import import_module
from itertools import pairwise
from pkgutil import iter_modules

import ipywidgets as widgets
import pytest
from IPython.core.formatters import DisplayFormatter

from coursekit import explorers
from coursekit.explorers.base import REACHABLE, Explorer, slider

SHARED = {"base", "stage"}
MODULES = {
    found.name: import_module(f"{explorers.__name__}.{found.name}")
    for found in iter_modules(explorers.__path__)
    if found.name not in SHARED
}
PNG = b"\x89PNG"


def opened(name):
    """Return the explorer of a module: ``explore_`` and the name of the module."""
    return getattr(MODULES[name], f"explore_{name}")()


@cache
def still(name):
    """Return an explorer that no test moves."""
    return opened(name)


@cache
def fallback(name):
    """Return what the explorer that no test moves is where nothing is live."""
    return still(name)._repr_mimebundle_()


def put(explorer, places):
    """Put every control in its place, and paint once, not after each."""
    for name, control in explorer.controls.items():
        control.unobserve(explorer.refresh, names="value")
        control.value = places[name]
        control.observe(explorer.refresh, names="value")
    explorer.refresh()


def ends(control):
    """Return the extreme values of a slider, a box or a list."""
    if isinstance(control, widgets.Checkbox):
        return (False, True)
    if hasattr(control, "options"):
        values = [value for _, value in control._options_full]
        return (values[0], values[-1])
    return (control.min, control.max)


def other_end(control):
    """Return an extreme value that the control does not have."""
    low, high = ends(control)
    return low if control.value != low else high


def test_there_are_explorers():
    assert len(MODULES) >= 2


@pytest.fixture(scope="module", params=MODULES)
def walk(request):
    """Move one control after the other to another end, then all back at once.

    Return what was seen before and after each move, and what was seen at the end.
    """
    box = opened(request.param)
    params, seen = box.params, {"none": box.picture.value + box.status.value}
    for name, control in box.controls.items():
        control.value = other_end(control)
        seen[name] = box.picture.value + box.status.value
    put(box, params)
    return seen, box.picture.value + box.status.value


def test_every_control_moves_picture_or_words(walk):
    for (_, before), (name, after) in pairwise(walk[0].items()):
        assert after != before, name


@pytest.mark.parametrize("name", MODULES)
def test_extremes_draw_a_picture_and_words(name):
    explorer = opened(name)
    for side in (0, 1):
        put(explorer, {key: ends(c)[side] for key, c in explorer.controls.items()})
        assert explorer.picture.value.startswith("<img alt=")
        assert len(explorer.status.value) > 20


def test_render_is_pure(walk):
    """Other pictures in between leave no trace in the next one."""
    seen, back = walk
    first, *_, last = seen.values()
    assert last != first
    assert back == first


@pytest.mark.parametrize("name", MODULES)
def test_the_picture_is_a_png(name):
    assert MODULES[name].render(still(name).params).startswith(PNG)


@pytest.mark.parametrize("name", MODULES)
def test_controls_have_labels_in_words(name):
    for control in still(name).controls.values():
        assert len(control.description) > 8


@pytest.mark.parametrize("name", MODULES)
def test_fallback_has_picture_and_words_and_nothing_that_changes(name):
    first, second = fallback(name), opened(name)._repr_mimebundle_()
    for kind in ("image/png", "text/plain", "text/html"):
        assert first[kind] == second[kind]
    assert "<img alt=" in first["text/html"]
    assert "0x" not in first["text/plain"]
    view = first["application/vnd.jupyter.widget-view+json"]
    assert view["model_id"] not in first["text/html"] + first["text/plain"]


def test_words_are_escaped():
    box = Explorer({"a": slider("first", 0, 0, 1, 1)}, lambda p: PNG, lambda p: "a < b")
    assert box.status.value == "a &lt; b"


@pytest.mark.parametrize("name", MODULES)
def test_the_picture_brings_what_makes_the_controls_reachable(name):
    """What that does is for the browser tests; here it must survive the quoting."""
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.append(dict(attributes))
    parser.feed(still(name).picture.value)
    assert [part["onload"] for part in found] == [REACHABLE]


@pytest.mark.parametrize("name", MODULES)
def test_fallback_runs_no_script(name):
    assert "onload" not in fallback(name)["text/html"]


@pytest.mark.parametrize("name", MODULES)
def test_notebooks_are_given_view_picture_and_words(name):
    formats, _ = DisplayFormatter().format(still(name))
    assert {"image/png", "text/html", "text/plain"} < set(formats)
    assert "application/vnd.jupyter.widget-view+json" in formats
