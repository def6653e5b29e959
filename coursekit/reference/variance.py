"""How the variance of activations grows with depth at initialization."""

import numpy as np

_KINDS = ("plain-he", "residual", "pre-norm", "scaled", "zero-init")


def variance_after(depth: int, kind: str, *, blocks: int | None = None) -> float:
    r"""Return the expected variance after ``depth`` blocks, for an input of variance 1.

    Every branch is initialized as He et al. do: it keeps the variance of what it is
    given, and what it adds is uncorrelated with the skip path, so variances add.

    =========== ============================================ ====================
    kind        one block                                    variance after l
    =========== ============================================ ====================
    "plain-he"  :math:`f(a)`, no skip path                   :math:`1`
    "residual"  :math:`a + f(a)`                             :math:`2^l`
    "pre-norm"  :math:`a + f(\mathrm{norm}(a))`              :math:`1 + l`
    "scaled"    :math:`a + f(a) / \sqrt{L}`                  :math:`(1 + 1/L)^l`
    "zero-init" :math:`a + 0`: the branch's last weights,    :math:`1`
                or the scale on it, start at zero
    =========== ============================================ ====================

    Parameters
    ----------
    depth : int
        The number of blocks ``l`` that were passed, at least 0. No unit.
    kind : str
        "plain-he", "residual", "pre-norm", "scaled" or "zero-init".
    blocks : int, optional
        The number of blocks ``L`` of the whole network, at least ``depth``, which
        "scaled" needs to follow the variance through a network. By default ``depth``:
        the variance at the end.

    Returns
    -------
    float
        In the unit of the input's variance.

    Raises
    ------
    ValueError
        If ``kind`` is not one of the five, ``depth`` is not a whole number of at least
        0, or ``blocks`` is less than ``depth``.
    OverflowError
        For "residual" from depth 1024 on, where float64 ends.

    Notes
    -----
    These are expectations at initialization, over the weights; a single network of
    finite width scatters about them. For "plain-he" it is the variance of the layers'
    outputs before ReLU. At the end of the network "scaled" lies between 2 (one block)
    and :math:`e` (many).

    References
    ----------
    .. [1] He, Zhang, Ren, Sun, "Delving Deep into Rectifiers", 2015, arXiv:1502.01852,
       Eq. 10 (the initialization).
    .. [2] De, Smith, "Batch Normalization Biases Residual Blocks Towards the Identity
       Function in Deep Networks", 2020, arXiv:2002.10444 ("residual" and "pre-norm").

    Examples
    --------
    >>> variance_after(10, "residual"), variance_after(10, "pre-norm")
    (1024.0, 11.0)
    >>> round(variance_after(1000, "scaled"), 3)
    2.717
    """
    if kind not in _KINDS:
        raise ValueError(
            f"variance_after: kind must be one of {', '.join(_KINDS)}; got {kind}."
        )
    blocks = depth if blocks is None else blocks
    for name, number, least in (("depth", depth, 0), ("blocks", blocks, depth)):
        if not isinstance(number, int | np.integer) or number < least:
            raise ValueError(
                f"variance_after: {name} must be a whole number of at least {least}; "
                f"got {number!r}."
            )
    match kind:
        case "residual":
            return 2.0 ** int(depth)
        case "pre-norm":
            return 1.0 + depth
        case "scaled":
            return (1.0 + 1.0 / max(blocks, 1)) ** depth
        case _:  # "plain-he" keeps the variance, "zero-init" adds nothing
            return 1.0
