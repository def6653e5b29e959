"""Two observed values are the same answer, or they are not: never an error."""

import numpy as np
import pytest

from coursekit.grading.compare import alike
from coursekit.grading.task import Case
from coursekit.probes.outcome import Odd

CASE = Case({}, rtol=1e-9, atol=1e-9)
ARRAY = np.zeros((2, 3))


@pytest.mark.parametrize("other", [Odd("None"), "None", Odd("list")])
def test_an_array_is_not_alike_to_what_is_no_array(other):
    assert alike(ARRAY, other, CASE) is False
    assert alike(other, ARRAY, CASE) is False


def test_odd_values_of_one_kind_are_alike():
    assert alike(Odd("None"), Odd("None"), CASE) is True
    assert alike(Odd("None"), Odd("list"), CASE) is False
