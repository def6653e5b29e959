"""Gradients by differences, and how far two gradients are apart."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from coursekit.reference.checks import Array

#: Cube root of float64's precision, 6.1e-6: where the two errors of a central
#: difference, about h**2 and about 2e-16 / h, are balanced.
BEST_STEP = float(np.cbrt(np.finfo(np.float64).eps))


def numerical_gradient(
    f: Callable[[Array], npt.ArrayLike],
    x: Array,
    df: npt.ArrayLike,
    h: float | None = None,
) -> Array:
    r"""Estimate the gradient of ``sum(df * f(x))`` by central differences.

    .. math::

        \frac{\partial}{\partial x_i} \sum_j df_j f_j(x) \approx
        \sum_j df_j \, \frac{f_j(x + h e_i) - f_j(x - h e_i)}{2h}

    With ``df`` the gradient of a loss with respect to ``f(x)``, this is what the
    backward pass of ``f`` should return.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of ``x`` and returns a number or an array of any
        shape. It must compute with its argument: it is called with changed copies.
    x : ndarray of any shape
        Where to differentiate. Never changed, not even for a moment. Float32 and
        integers are raised to float64 first; ``f`` gets float64.
    df : float or ndarray of the shape of ``f(x)``
        Weights of the outputs; 1.0 for an ``f`` that returns a number.
    h : float, optional
        Step, in the unit of ``x``; at least 1e-15 times its largest entry. By default
        6.1e-6 times ``max(1, abs(x_i))`` for each entry.

    Returns
    -------
    ndarray of float64, shape of ``x``
        Unit of ``df * f(x)`` over that of ``x``.

    Raises
    ------
    ValueError
        If ``x`` does not hold real numbers, ``df`` does not have the shape of ``f(x)``,
        ``f`` returns float32 (its rounding would be all one sees: 6e-8 over ``h`` is
        0.01), or ``h`` is not positive or too small to change ``x``.

    Notes
    -----
    The error is about ``h**2`` (from the third derivative) plus ``2e-16 / h`` (from
    rounding in ``f``); see `BEST_STEP`. ``f`` is called twice for each entry of ``x``,
    and once more for the shape. Near a kink, such as that of ReLU at 0, the result is
    a slope across the kink. The step divided by is the one that was really taken,
    ``(x + h) - (x - h)``, which rounding makes differ from ``2 * h``.

    References
    ----------
    .. [1] Press et al., "Numerical Recipes", 3rd edition, 2007, Section 5.7.

    Examples
    --------
    >>> x = np.array([1, 2, 3])
    >>> gradient = numerical_gradient(np.square, x, df=np.array([1.0, 1.0, 10.0]))
    >>> print(gradient.round(6))
    [ 2.  4. 60.]
    """
    if np.asarray(x).dtype.kind not in "fiu":
        raise ValueError(
            "numerical_gradient: x must hold real numbers; got dtype "
            f"{np.asarray(x).dtype}."
        )
    x = np.asarray(x, dtype=np.float64)
    step = BEST_STEP * np.maximum(1.0, np.abs(x)) if h is None else np.full(x.shape, h)
    above, below = x + step, x - step
    if np.any(step <= 0) or np.any(above == below):
        raise ValueError(
            "numerical_gradient: h must be positive and large enough to change every "
            f"entry of x; got {h}."
        )
    df = np.asarray(df)
    value = np.asarray(f(x.copy()))
    if value.shape != df.shape:
        raise ValueError(
            f"numerical_gradient: df must have the shape of f(x) = {value.shape}; "
            f"got {df.shape}."
        )
    if value.dtype in (np.float32, np.float16):
        raise ValueError(
            "numerical_gradient: f must compute in float64, which it is given; "
            f"got a result of {value.dtype}."
        )
    gradient = np.empty(x.shape)
    for i in np.ndindex(x.shape):
        difference = _value(f, x, i, above[i]) - _value(f, x, i, below[i])
        gradient[i] = np.sum(df * difference) / (above[i] - below[i])
    return gradient


def relative_error(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    r"""Return the largest difference of two arrays, each relative to its size.

    .. math:: \max_i \; \frac{|a_i - b_i|}{\max(|a_i|, |b_i|)}
              \qquad \text{where } \tfrac00 = 0

    Parameters
    ----------
    a, b : float or ndarray of any one shape
        Two estimates of the same thing, in the same unit.

    Returns
    -------
    float
        No unit. 0 where all entries are equal, and for empty arrays; at most 1 where
        signs agree; at most 2. NaN if any entry is NaN or infinite.

    Raises
    ------
    ValueError
        If the shapes differ: broadcasting would compare what does not belong together.

    Notes
    -----
    It says nothing where the true gradient is zero. Two entries that are both 0 count
    as equal, but 0 beside a rounding error of 1e-17 is off by its whole size: 1. There
    is no floor under the denominator that would hide this, because a floor also hides
    gradients that are wrong and small. So choose a loss whose gradient is not zero:
    the sum of squares of a normalized output hardly depends on the input, and a check
    on it proves nothing.

    As a rule: up to 1e-7 is agreement for central differences in float64; from 1e-4 on,
    something is wrong.

    Examples
    --------
    >>> relative_error([1.0, 100.0], [1.0, 101.0]) == 1 / 101
    True
    >>> relative_error(0.0, 1e-17)
    1.0
    """
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if a.shape != b.shape:
        raise ValueError(
            f"relative_error: b must have the shape of a = {a.shape}; got {b.shape}."
        )
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return float("nan")
    size = np.maximum(np.abs(a), np.abs(b))
    ratio = np.divide(np.abs(a - b), size, out=np.zeros(a.shape), where=size > 0)
    return float(np.max(ratio, initial=0.0))


def _value(f: Callable, x: Array, i: tuple[int, ...], entry: float) -> Array:
    """Return ``f`` of a copy of ``x`` in which entry ``i`` is replaced."""
    moved = x.copy()
    moved[i] = entry
    # A copy again: f may return the same buffer each time.
    return np.array(f(moved), dtype=np.float64)
