"""What the reference offers is complete, documented and shown by example."""

import inspect

import pytest

from coursekit import reference

FUNCTIONS = [name for name in reference.__all__ if name.islower()]


def test_every_forward_pass_has_a_backward_pass():
    forward = {
        name.removesuffix("_forward") for name in FUNCTIONS if "_forward" in name
    }
    backward = {
        name.removesuffix("_backward") for name in FUNCTIONS if "_backward" in name
    }
    assert forward == backward
    assert len(forward) == 8


@pytest.mark.parametrize("name", reference.__all__)
def test_every_name_is_documented_with_its_arrays(name):
    section = "Parameters" if name in FUNCTIONS else "Attributes"
    assert f"{section}\n" in inspect.getdoc(getattr(reference, name))


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("section", ["Returns\n", "Raises\n", "Examples\n", ">>>"])
def test_every_function_says_what_it_returns_and_refuses_and_shows_it(name, section):
    assert section in inspect.getdoc(getattr(reference, name))
