"""What a level cannot do is said in a line."""

import pytest

from coursekit.grading.walls import Level, missing


@pytest.mark.parametrize("level", list(Level))
def test_every_level_says_in_one_line_what_it_cannot_do(level):
    line = missing(level)
    assert line
    assert "\n" not in line
    assert not line.endswith(".")


def test_isolation_speaks_of_the_same_levels():
    from coursekit.grading import isolation

    assert isolation.Level is Level
