"""Which entries share one mean and one variance, for each norm."""

#: For each number of axes: the letters of the shape, and the axes of each norm.
_AXES = {
    2: (
        "(N, D)",
        {"batch": (0,), "layer": (1,), "rms": (1,), "group": (1,), "instance": ()},
    ),
    3: (
        "(B, T, d)",
        {"batch": (0, 1), "layer": (2,), "rms": (2,), "group": (2,), "instance": (1,)},
    ),
    4: (
        "(N, C, H, W)",
        {
            "batch": (0, 2, 3),
            "layer": (1, 2, 3),
            "rms": (1, 2, 3),
            "group": (1, 2, 3),
            "instance": (2, 3),
        },
    ),
}


def axes_of(norm: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the axes along which a norm averages: they share one mean and variance.

    ============ ========== =========== ==============
    norm         (N, D)     (B, T, d)   (N, C, H, W)
    ============ ========== =========== ==============
    "batch"      (0,)       (0, 1)      (0, 2, 3)
    "layer"      (1,)       (2,)        (1, 2, 3)
    "rms"        (1,)       (2,)        (1, 2, 3)
    "group"      (1,)       (2,)        (1, 2, 3)
    "instance"   ()         (1,)        (2, 3)
    ============ ========== =========== ==============

    Batch norm keeps the features, or channels, apart and averages over all else. Layer
    norm keeps the samples, or the tokens of a sequence, apart.

    Parameters
    ----------
    norm : str
        "batch", "layer", "rms", "group" or "instance".
    shape : tuple of int
        A shape (N, D), (B, T, d) or (N, C, H, W). Three axes are a sequence: batch,
        time steps, **features last**. (Torch's BatchNorm1d and `batch_norm_forward`
        read three axes as (N, C, L), channels second.)

    Returns
    -------
    tuple of int
        The axes, in rising order. Every choice of indices along the *other* axes has a
        mean and a variance of its own.

        For "group" these are the axes of layer norm, and each group takes its part of
        the features (or channels) among them: one mean and variance for each sample and
        group. For "rms" they share one mean square. The empty tuple of "instance" on
        (N, D) says that every number stands alone and would be normalized to 0, which
        is why `instance_norm_forward` refuses that shape.

    Raises
    ------
    ValueError
        If ``norm`` is not one of the five, or ``shape`` does not have 2, 3 or 4 axes.

    References
    ----------
    .. [1] Wu, He, "Group Normalization", 2018, arXiv:1803.08494, Fig. 2 and Eq. 3-5, 7.

    Examples
    --------
    >>> axes_of("layer", (32, 10, 512))
    (2,)
    >>> axes_of("batch", (32, 10, 512))
    (0, 1)
    """
    if len(shape) not in _AXES:
        known = ", ".join(letters for letters, _ in _AXES.values())
        raise ValueError(f"axes_of: shape must be one of {known}; got {tuple(shape)}.")
    _, axes = _AXES[len(shape)]
    if norm not in axes:
        raise ValueError(f"axes_of: norm must be one of {', '.join(axes)}; got {norm}.")
    return axes[norm]
