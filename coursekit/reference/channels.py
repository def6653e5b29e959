"""How norms lay out channels: always along axis 1, as torch does."""

from coursekit.reference.checks import Array


def per_channel(vector: Array, x: Array) -> Array:
    """Lay one number per channel along axis 1, so that it broadcasts to ``x``.

    Parameters
    ----------
    vector : ndarray of shape (C,)
        One number per channel.
    x : ndarray of shape (N, C, ...)
        Only its number of axes is read.

    Returns
    -------
    ndarray of shape (1, C, 1, ...)
        The same numbers with as many axes as ``x``.

    Examples
    --------
    >>> import numpy as np
    >>> per_channel(np.ones(3), np.zeros((2, 3, 4, 4))).shape
    (1, 3, 1, 1)
    """
    return vector.reshape(1, -1, *[1] * (x.ndim - 2))


def all_but_channels(x: Array) -> tuple[int, ...]:
    """Return the axes of samples and positions: what a channel's values lie along.

    Parameters
    ----------
    x : ndarray of shape (N, C, ...)
        Only its number of axes is read.

    Returns
    -------
    tuple of int
        Every axis of ``x`` but axis 1.

    Examples
    --------
    >>> import numpy as np
    >>> all_but_channels(np.zeros((2, 3, 4, 4)))
    (0, 2, 3)
    """
    return (0, *range(2, x.ndim))


def positions(x: Array) -> tuple[int, ...]:
    """Return the axes after the channels: L, or H and W.

    Parameters
    ----------
    x : ndarray of shape (N, C, ...)
        Only its number of axes is read.

    Returns
    -------
    tuple of int
        Every axis of ``x`` from axis 2 on; empty for (N, C).

    Examples
    --------
    >>> import numpy as np
    >>> positions(np.zeros((2, 3, 4, 4)))
    (2, 3)
    """
    return tuple(range(2, x.ndim))
