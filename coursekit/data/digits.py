"""Small images of handwritten digits, split and standardized."""

from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import numpy.typing as npt

DESCRIPTION = """\
1797 images of handwritten digits, 8 x 8 pixels, each a whole number from 0 to 16.
Each pixel counts the dark dots in a 4 x 4 square of a 32 x 32 scan.
Test: 500 images, 50 of each digit. Training: the other 1297.
Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
Learning Repository, 1998, doi:10.24432/C50P49, CC BY 4.0; as bundled with scikit-learn.
"""


@dataclass(frozen=True, eq=False)
class Digits:
    """The digits, ready for a network; pixels are standardized and have no unit.

    Attributes
    ----------
    x_train, x_test : ndarray of shape (1297, 64) and (500, 64)
        Pixels row by row, minus ``mean``, divided by ``std``.
    y_train, y_test : ndarray of shape (1297,) and (500,), int64
        The digits, 0 to 9.
    images_train, images_test : ndarray of shape (1297, 8, 8) and (500, 8, 8), uint8
        The same images as stored: 0 is background, 16 is the darkest.
    mean, std : ndarray of shape (64,)
        Of the training pixels; ``std`` is the biased one. A pixel that never changes
        in training has std 1 here, so it becomes 0 and not NaN.
    description : str
        What the data is, and where it comes from.
    """

    x_train: npt.NDArray[np.floating]
    y_train: npt.NDArray[np.int64]
    x_test: npt.NDArray[np.floating]
    y_test: npt.NDArray[np.int64]
    images_train: npt.NDArray[np.uint8]
    images_test: npt.NDArray[np.uint8]
    mean: npt.NDArray[np.floating]
    std: npt.NDArray[np.floating]
    description: str = DESCRIPTION


def load_digits(dtype: npt.DTypeLike = np.float32) -> Digits:
    """Return the handwritten digits, the same split each time.

    Mean and standard deviation come from the training part only, and are computed in
    float64. Every call makes fresh, writable arrays, which `torch.from_numpy` takes as
    they are: whoever changes them changes nobody else's.

    Parameters
    ----------
    dtype : floating dtype, default=float32
        Of the pixels, ``mean`` and ``std``.

    Returns
    -------
    Digits

    Raises
    ------
    ValueError
        If ``dtype`` is not a floating one.

    Examples
    --------
    >>> digits = load_digits()
    >>> digits.x_train.shape, digits.x_test.shape
    ((1297, 64), (500, 64))
    >>> np.bincount(digits.y_test).tolist()
    [50, 50, 50, 50, 50, 50, 50, 50, 50, 50]
    """
    dtype = np.dtype(dtype)
    if not np.issubdtype(dtype, np.floating):
        raise ValueError(f"load_digits: dtype must be a floating one; got {dtype}.")
    with np.load(str(files("coursekit.data") / "digits.npz")) as stored:
        images, labels, is_test = (stored[n] for n in ("images", "labels", "is_test"))
    pixels = images.reshape(-1, 64).astype(np.float64)
    mean, std = pixels[~is_test].mean(axis=0), pixels[~is_test].std(axis=0)
    std[std == 0] = 1.0
    x = ((pixels - mean) / std).astype(dtype)
    y = labels.astype(np.int64)
    return Digits(
        x_train=x[~is_test],
        y_train=y[~is_test],
        x_test=x[is_test],
        y_test=y[is_test],
        images_train=images[~is_test],
        images_test=images[is_test],
        mean=mean.astype(dtype),
        std=std.astype(dtype),
    )
