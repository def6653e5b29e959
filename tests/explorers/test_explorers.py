"""What holds for every explorer, then what each of them says."""

import ipywidgets as widgets
import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter

from coursekit.explorers import eps_placement, layer_norm_sphere
from coursekit.explorers.base import Explorer, slider
from coursekit.plots import layer_norm_sphere as plots

EXPLORERS = {
    "sphere": (layer_norm_sphere, layer_norm_sphere.explore_layer_norm_sphere),
    "eps": (eps_placement, eps_placement.explore_eps_placement),
}
PNG = b"\x89PNG"


@pytest.fixture(params=EXPLORERS)
def explorer(request):
    return EXPLORERS[request.param][1]()


@pytest.fixture(params=EXPLORERS)
def module_and_params(request):
    module, explore = EXPLORERS[request.param]
    return module, explore().params


def ends(control):
    """Return the extreme values of a slider or a box."""
    if isinstance(control, widgets.Checkbox):
        return (False, True)
    return (control.min, control.max)


def test_every_control_moves_picture_or_words(explorer):
    for name, control in explorer.controls.items():
        before = explorer.picture.value
        low, high = ends(control)
        control.value = low if control.value != low else high
        assert explorer.picture.value != before, name


def test_extremes_draw_a_picture_and_words(explorer):
    for side in (0, 1):
        for control in explorer.controls.values():
            control.value = ends(control)[side]
        assert explorer.picture.value.startswith("<img alt=")
        assert '<div role="status">' in explorer.status.value


def test_render_is_pure(module_and_params):
    module, params = module_and_params
    first = module.render(params)
    other = {
        name: not value if isinstance(value, bool) else value - 0.5
        for name, value in params.items()
    }
    assert module.render(other) != first
    assert module.render(params) == first
    assert first.startswith(PNG)


def test_controls_have_labels_in_words(explorer):
    for control in explorer.controls.values():
        assert len(control.description) > 8


def test_fallback_has_picture_and_words_and_nothing_that_changes():
    for _, explore in EXPLORERS.values():
        first, second = explore()._repr_mimebundle_(), explore()._repr_mimebundle_()
        for kind in ("image/png", "text/plain", "text/html"):
            assert first[kind] == second[kind]
        assert "<img alt=" in first["text/html"]
        assert "0x" not in first["text/plain"]
        view = first["application/vnd.jupyter.widget-view+json"]
        assert view["model_id"] not in first["text/html"] + first["text/plain"]


def test_words_are_escaped():
    box = Explorer({"a": slider("first", 0, 0, 1, 1)}, lambda p: PNG, lambda p: "a < b")
    assert "a &lt; b" in box.status.value


def test_sphere_explorer_tells_of_the_centre_and_of_the_turn():
    box = layer_norm_sphere.explore_layer_norm_sphere()
    before = box.status.value
    box.controls["factor"].value = -1.0
    assert "turned it around" in box.status.value
    box.controls["factor"].value = 0.0
    assert "the centre" in box.status.value
    box.controls["factor"].value = 1.0
    assert box.status.value == before


def test_sphere_explorer_shows_layer_norm_and_not_the_batchs():
    box = layer_norm_sphere.explore_layer_norm_sphere()
    x = np.array([1.5, -1.5, 1.2])
    y = (x - x.mean()) / np.sqrt(x.var() + 1e-5)
    assert plots.numbers(y) in box.status.value


def test_eps_explorer_says_nan_for_a_constant_vector_only():
    box = eps_placement.explore_eps_placement()
    assert "NaN" not in box.status.value
    assert "3.28 times" in box.status.value
    box.controls["constant"].value = True
    assert "eps outside, NaN" in box.status.value
    assert "slope 316" in box.status.value


def test_notebooks_are_given_view_picture_and_words(explorer):
    formats, _ = DisplayFormatter().format(explorer)
    assert {"image/png", "text/html", "text/plain"} < set(formats)
    assert "application/vnd.jupyter.widget-view+json" in formats
