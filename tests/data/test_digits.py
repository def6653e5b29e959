"""The stored digits are scikit-learn's, split once and standardized without a leak."""

import numpy as np
import pytest
import torch
from write_digits import FILE, write

from coursekit.data import load_digits


def test_images_and_labels_are_scikit_learn_s():
    datasets = pytest.importorskip("sklearn.datasets")
    theirs = datasets.load_digits()
    with np.load(FILE) as stored:
        np.testing.assert_array_equal(stored["images"], theirs.images)
        np.testing.assert_array_equal(stored["labels"], theirs.target)


def test_writing_again_gives_what_is_stored(tmp_path):
    pytest.importorskip("sklearn")
    write(tmp_path / "digits.npz")
    with np.load(FILE) as stored, np.load(tmp_path / "digits.npz") as again:
        assert stored.files == again.files
        for name in stored.files:
            np.testing.assert_array_equal(stored[name], again[name])


def test_writing_twice_gives_the_same_bytes(tmp_path):
    pytest.importorskip("sklearn")
    first, second = tmp_path / "first.npz", tmp_path / "second.npz"
    write(first)
    write(second)
    assert first.read_bytes() == second.read_bytes()


def test_shapes_and_types():
    digits = load_digits()
    assert (digits.x_train.shape, digits.x_train.dtype) == ((1297, 64), np.float32)
    assert (digits.x_test.shape, digits.x_test.dtype) == ((500, 64), np.float32)
    assert (digits.y_train.shape, digits.y_train.dtype) == ((1297,), np.int64)
    assert (digits.y_test.shape, digits.y_test.dtype) == ((500,), np.int64)
    assert (digits.images_train.shape, digits.images_train.dtype) == (
        (1297, 8, 8),
        np.uint8,
    )


def test_the_test_part_holds_fifty_of_each_digit():
    assert np.bincount(load_digits().y_test).tolist() == [50] * 10


def test_no_image_is_in_both_parts():
    digits = load_digits()
    train = {image.tobytes() for image in digits.images_train}
    assert not any(image.tobytes() in train for image in digits.images_test)


def test_pixels_are_standardized_with_the_training_part():
    digits = load_digits(np.float64)
    x = digits.x_train
    varies = digits.images_train.reshape(-1, 64).std(0) > 0
    np.testing.assert_allclose(x.mean(0), 0, atol=1e-12)
    np.testing.assert_allclose(x.std(0)[varies], 1, rtol=1e-12)
    assert abs(digits.x_test.mean(0)).max() > 1e-3


def test_both_parts_are_the_images_under_one_map():
    digits = load_digits(np.float64)
    for x, images in (
        (digits.x_train, digits.images_train),
        (digits.x_test, digits.images_test),
    ):
        pixels = x * digits.std + digits.mean
        np.testing.assert_allclose(pixels, images.reshape(-1, 64), atol=1e-12)


def test_a_pixel_that_never_changes_becomes_zero():
    digits = load_digits()
    constant = digits.images_train.reshape(-1, 64).std(0) == 0
    assert constant.any()
    assert not digits.x_train[:, constant].any()
    assert (digits.std[constant] == 1).all()
    assert np.isfinite(digits.x_test).all()


def test_every_call_gives_arrays_of_its_own():
    first, second = load_digits(), load_digits()
    before = second.x_train.copy()
    first.x_train[:] = 0
    np.testing.assert_array_equal(second.x_train, before)
    np.testing.assert_array_equal(load_digits().x_train, before)


def test_torch_takes_the_arrays_without_a_warning(recwarn):
    digits = load_digits()
    torch.from_numpy(digits.x_train)
    torch.from_numpy(digits.y_train)
    assert not recwarn.list


def test_an_integer_dtype_is_refused():
    with pytest.raises(ValueError, match="dtype must be a floating one; got int64"):
        load_digits(np.int64)


def test_the_description_names_source_and_licence():
    description = load_digits().description
    assert "UCI" in description
    assert "CC BY 4.0" in description
    assert (FILE.parent / "digits.md").is_file()
