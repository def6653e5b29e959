"""Lay an array out in memory in ways that a right answer does not notice.

A view loses its layout on the way to another process, so probes make it on arrival.
"""

import numpy as np


def laid_out(x: np.ndarray, layout: str) -> np.ndarray:
    """Return an array equal to ``x`` with another layout.

    Parameters
    ----------
    x : ndarray
        With at least two axes, unless ``layout`` is "reversed" or "".
    layout : str
        "transposed": a view of an array with the first two axes exchanged;
        "fortran": the first axis runs fastest; "reversed": negative strides along the
        last axis; "": as it is.

    Raises
    ------
    ValueError
        If ``layout`` is none of these.

    Examples
    --------
    >>> laid_out(np.zeros((4, 6)), "reversed").strides
    (48, -8)
    """
    if layout == "transposed":
        return np.swapaxes(np.swapaxes(x, 0, 1).copy(order="C"), 0, 1)
    if layout == "fortran":
        return np.asfortranarray(x)
    if layout == "reversed":
        return x[..., ::-1].copy(order="C")[..., ::-1]
    if layout == "":
        return x
    raise ValueError(
        "laid_out: layout must be '', 'transposed', 'fortran' or 'reversed'; "
        f"got {layout!r}."
    )
