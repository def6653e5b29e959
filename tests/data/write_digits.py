"""Write coursekit/data/digits.npz from scikit-learn's copy of the digits.

Run once, `python tests/data/write_digits.py`; the file is committed. The split is
part of the file, so that no later version of a random generator can change it.
"""

from pathlib import Path

import numpy as np

FILE = Path(__file__).parents[2] / "coursekit" / "data" / "digits.npz"
TEST_IMAGES_PER_DIGIT = 50


def choose_test(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a boolean mask (N,) that holds equally many images of each digit."""
    is_test = np.zeros(len(labels), dtype=bool)
    for digit in range(10):
        of_digit = np.flatnonzero(labels == digit)
        is_test[rng.choice(of_digit, TEST_IMAGES_PER_DIGIT, replace=False)] = True
    return is_test


def write(path: Path = FILE) -> None:
    """Write images (N, 8, 8) and labels (N,) as uint8, and the mask of the test."""
    from sklearn.datasets import load_digits  # slow, and few tests need it

    digits = load_digits()
    np.savez_compressed(
        path,
        images=digits.images.astype(np.uint8),
        labels=digits.target.astype(np.uint8),
        is_test=choose_test(digits.target, np.random.default_rng(0)),
    )


if __name__ == "__main__":
    write()
