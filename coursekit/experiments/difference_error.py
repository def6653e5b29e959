r"""How far a central difference is off, step by step, in float64 and in float32.

The series that is cut off leaves ``h**2 / 6 * |f'''|``; the rounding of two values of
``f``, each by up to half of the precision ``eps``, leaves ``eps * |f| / (2 * h)``.

References
----------
.. [1] Press et al., "Numerical Recipes", 3rd edition, 2007, Section 5.7.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from coursekit.experiments.checks import one_of

PRECISIONS = ("float64", "float32")


@dataclass(frozen=True)
class Smooth:
    """A function of one number, its slope and its third derivative."""

    f: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]
    third: Callable[[np.ndarray], np.ndarray]


FUNCTIONS = {
    "sin(x)": Smooth(np.sin, np.cos, lambda x: -np.cos(x)),
    "exp(x)": Smooth(np.exp, np.exp, np.exp),
    "x squared": Smooth(np.square, lambda x: 2 * x, np.zeros_like),
    # a power of two: the product is exact and adds no rounding of its own
    "sin(32 x)": Smooth(
        lambda x: np.sin(32 * x),
        lambda x: 32 * np.cos(32 * x),
        lambda x: -(32**3) * np.cos(32 * x),
    ),
}


@dataclass(frozen=True)
class Config:
    """Where to take the slope of which function, with which steps (no unit).

    Rounding is a lottery that is sometimes won: several places show what to expect.
    """

    function: str = "sin(x)"
    at: tuple[float, ...] = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)
    precision: str = "float64"
    steps: tuple[float, ...] = tuple(10.0 ** -np.arange(1, 12.1, 0.25))


@dataclass(frozen=True)
class Result:
    """Errors over the steps ``h``, each of shape (steps,), no unit.

    ``errors`` are the largest at any of the places, NaN where ``h`` is so small that
    ``x + h`` is ``x`` itself. ``cut_off`` and ``rounding`` are what the theory says of
    the two parts, also for the worst of the places.
    """

    steps: np.ndarray
    errors: np.ndarray
    cut_off: np.ndarray
    rounding: np.ndarray

    @property
    def best_step(self) -> float:
        """The step with the smallest error."""
        return float(self.steps[np.nanargmin(self.errors)])


def central_difference(
    f: Callable[[np.ndarray], np.ndarray], x: np.ndarray, h: np.ndarray
) -> np.ndarray:
    """Return the slope of ``f`` at ``x`` from two values, one on each side.

    Parameters
    ----------
    f : callable
        Takes and returns an array; computes in the precision it is given.
    x, h : ndarray of one floating dtype
        Where, and the steps; any shapes that broadcast.

    Returns
    -------
    ndarray
        NaN where ``x + h`` is rounded to ``x``, so that there is no difference.

    Examples
    --------
    >>> float(central_difference(np.square, np.array(3.0), np.array(0.5)))
    6.0
    """
    above, below = x + h, x - h
    width = np.where(above > below, above - below, np.nan)
    return (f(above) - f(below)) / width.astype(x.dtype)


def microscope(
    function: str, at: float, h: float, *, precision: str, points: int = 301
) -> tuple[np.ndarray, np.ndarray]:
    """Look at a function through a window of width 3 h, as the computer has it.

    Parameters
    ----------
    function, precision : str
        One of `FUNCTIONS` and one of `PRECISIONS`.
    at, h : float
        Middle of the window and its scale, in the unit of x.
    points : int, default=301
        How many places are looked at.

    Returns
    -------
    offsets, rises : ndarray of shape (points,)
        ``(x - at) / h``, from -1.5 to 1.5, and ``(f(x) - f(at)) / (h * slope)``; no
        unit. A straight line with the true slope is the diagonal, whatever f and h.
    """
    chosen = FUNCTIONS[function]
    offsets = np.linspace(-1.5, 1.5, points)
    x = (at + offsets * h).astype(precision)
    rise = chosen.f(x) - chosen.f(np.array(at, dtype=precision))
    return offsets, rise.astype(np.float64) / (h * chosen.slope(at))


def run(config: Config) -> Result:
    """Take the slope with every step and hold it against the exact one.

    Raises
    ------
    ValueError
        If the function or the precision is not known.
    """
    one_of("difference_error", "function", config.function, FUNCTIONS)
    one_of("difference_error", "precision", config.precision, PRECISIONS)
    chosen, steps = FUNCTIONS[config.function], np.array(config.steps)
    places = np.array(config.at, config.precision)[:, None]
    # exact slopes belong to the places as they are stored
    exact = places.astype(np.float64)
    h, eps = steps.astype(config.precision), np.finfo(config.precision).eps
    slopes = central_difference(chosen.f, places, h).astype(np.float64)
    return Result(
        steps=steps,
        errors=np.abs(slopes - chosen.slope(exact)).max(axis=0),
        cut_off=steps**2 / 6 * np.abs(chosen.third(exact)).max(),
        rounding=eps * np.abs(chosen.f(exact)).max() / (2 * steps),
    )
