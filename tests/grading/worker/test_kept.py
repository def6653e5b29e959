"""What learner code patches is put back to what it was when it was looked at last."""

import builtins

import numpy as np
import pytest

from coursekit.grading.worker.kept import keeper, kept


@pytest.fixture
def array(monkeypatch):
    """Return ``np.array``, which our own code mentions; all is as it was afterwards."""
    kept.cache_clear()
    assert "array" in kept().parts["numpy"]
    monkeypatch.setattr(np, "array", np.array)
    yield np.array
    kept.cache_clear()


def test_what_our_code_relies_on_is_put_back(array):
    restore = keeper(set(), [])
    np.array = None
    restore()
    assert np.array is array


def test_a_name_of_the_notebook_is_put_back_to_what_it_is_now(monkeypatch):
    kept.cache_clear()
    kept()
    monkeypatch.setattr(builtins, "only_here", 1, raising=False)
    restore = keeper({"only_here"}, [])
    monkeypatch.setattr(builtins, "only_here", 2)
    restore()
    assert builtins.only_here == 1
    kept.cache_clear()


def test_what_refuses_in_the_place_of_a_forbidden_call_stays_there(array):
    np.array = refusing = object()
    restore = keeper(set(), [("numpy", "array")])
    np.array = array
    restore()
    np.array, left = array, np.array
    assert left is refusing
