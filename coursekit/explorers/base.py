"""What every explorer is: labelled controls, one picture, and a line that tells it.

An explorer of a lesson is one call of `Explorer` with a pure render function. The
picture is an ``<img>`` in ``widgets.HTML``, because ``widgets.Image`` has no place for
an alt text; its size is written out, so the page does not jump while it changes. Each
time it has loaded it runs ``reachable.js``, which gives the controls what ipywidgets
leaves out: names for a screen reader, and keys that JupyterLab does not take away.
"""

import base64
import html
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from coursekit.plots.alt import PAGE_DPI, figure_html

Params = Mapping[str, Any]
REACHABLE = Path(__file__).with_name("reachable.js").read_text(encoding="utf-8")
CONTROL = {"style": {"description_width": "16em"}, "layout": {"width": "41em"}}


def slider(
    label: str, value: float, low: float, high: float, step: float, **more: Any
) -> widgets.FloatSlider:
    """Return a slider with a label in full words that moves the picture as it moves.

    Parameters
    ----------
    label : str
        What it changes, in words.
    value, low, high, step : float
        Where it stands, its ends and its step (no unit, or as the label says).
    **more
        Passed on to `ipywidgets.FloatSlider`.

    Examples
    --------
    >>> slider("first entry", 1.0, -2.0, 2.0, 0.1).value
    1.0
    """
    ends = {"min": low, "max": high, "step": step}
    return widgets.FloatSlider(value, description=label, **ends, **CONTROL, **more)


def counter(label: str, value: int, low: int, high: int) -> widgets.IntSlider:
    """Return a slider over whole numbers, for what is counted.

    A slider of floats is no substitute: a browser sends 19.999999999999996 for 20.

    Examples
    --------
    >>> counter("number of blocks", 20, 2, 60).value
    20
    """
    return widgets.IntSlider(value, low, high, description=label, **CONTROL)


def choice(label: str, value: str, options: Sequence[str]) -> widgets.Dropdown:
    """Return a list to choose from, with a label in full words.

    Examples
    --------
    >>> choice("activation", "relu", ["relu", "tanh"]).value
    'relu'
    """
    return widgets.Dropdown(value=value, options=options, description=label, **CONTROL)


def box(label: str, value: bool = False) -> widgets.Checkbox:
    """Return a box to tick, with a label in full words.

    Examples
    --------
    >>> box("training mode", True).value
    True
    """
    return widgets.Checkbox(value=value, description=label, **CONTROL)


class Explorer(widgets.VBox):
    """Controls above a picture and a status line that follow them.

    Parameters
    ----------
    controls : mapping of str to Widget
        One labelled control for each parameter of ``render`` and ``tell``.
    render : callable
        Params in, PNG out; pure.
    tell : callable
        Params in, one or two sentences out that say with numbers what is seen; pure.
    width : float, default=6.4
        Width of the picture in inches.

    Notes
    -----
    JupyterLab merges the messages of a moving slider, so nothing is delayed here.
    """

    #: ipywidgets 7 displays itself by this method and would leave the picture out
    _ipython_display_ = None

    def __init__(
        self,
        controls: Mapping[str, widgets.Widget],
        render: Callable[[Params], bytes],
        tell: Callable[[Params], str],
        *,
        width: float = 6.4,
    ) -> None:
        self.controls = dict(controls)
        self.picture, self.status = widgets.HTML(), widgets.HTML()
        self._render, self._tell, self._width = render, tell, width
        super().__init__([*self.controls.values(), self.picture, self.status])
        self.add_class("coursekit-explorer")
        self.status.add_class("coursekit-status")
        for control in self.controls.values():
            control.observe(self.refresh, names="value")
        self.refresh()

    @property
    def params(self) -> dict[str, Any]:
        """The present value of every control, by name."""
        return {name: control.value for name, control in self.controls.items()}

    def refresh(self, _change: Any = None) -> None:
        """Draw the picture and write the status line for the present values."""
        data = base64.b64encode(self._render(self.params)).decode("ascii")
        said = html.escape(self._tell(self.params))
        self.picture.value = (
            f'<img alt="{said}" width="{round(self._width * PAGE_DPI)}" '
            f'onload="{html.escape(REACHABLE)}" '
            f'src="data:image/png;base64,{data}">'
        )
        self.status.value = said

    def _repr_mimebundle_(self, **_kwargs: Any) -> dict[str, Any]:
        """Return the live view, and picture and words for where nothing is live.

        GitHub, exported pages and notebooks that are not trusted show the picture. The
        text is the status line: it names no memory address, so tests can compare it.
        """
        png, said = self._render(self.params), self._tell(self.params)
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return {
            "application/vnd.jupyter.widget-view+json": view,
            "image/png": base64.b64encode(png).decode("ascii"),
            "text/html": figure_html(png, said, width=self._width),
            "text/plain": said,
        }
