"""Whether two observed values are one answer: kinds are compared before values."""

import numpy as np
import pytest

from coursekit.grading.compare import alike
from coursekit.grading.task import Case
from coursekit.probes.outcome import Odd

CASE = Case({}, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("other", [np.zeros(3), np.zeros(()), 0.0, "None"])
def test_none_is_not_alike_to_an_array_a_number_or_a_text(other):
    assert alike(Odd("None"), other, CASE) is False
    assert alike(other, Odd("None"), CASE) is False


def test_a_text_is_not_alike_to_an_array():
    assert alike("(0, 1)", np.zeros(3), CASE) is False


def test_two_things_of_one_odd_type_are_alike():
    assert alike(Odd("None"), Odd("None"), CASE)
    assert not alike(Odd("None"), Odd("list"), CASE)
