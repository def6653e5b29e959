"""Nicknames are short, visible, harmless, and each is there once."""

import pytest

from coursekit.classroom.board.names import LONGEST, tidy_nickname, unique_nickname


@pytest.mark.parametrize(
    ("nickname", "shown"),
    [
        ("Ada", "Ada"),
        (" Ada \t\n Lovelace ", "Ada Lovelace"),
        ("x" * 200, "x" * LONGEST),
        ("", "learner"),
        ("\u200b\u2060\u00ad", "learner"),
        ("\u3164", "learner"),
        ("a\x00b\x1b[31mc", "ab[31mc"),
        ("\u202eadA", "adA"),
        ("half \ud800 of one", "half of one"),
        ("Z" + "\u0301" * 50, "Ź\u0301\u0301"),
        ("Rózsa 山田 🙂", "Rózsa 山田 🙂"),
    ],
)
def test_a_nickname_is_made_fit_to_show(nickname, shown):
    assert tidy_nickname(nickname) == shown


@pytest.mark.parametrize("other", ["Ada", "ada", "ADA", "Ａｄａ"])
def test_names_that_look_alike_are_told_apart(other):
    assert unique_nickname(other, {"ada"}) == f"{other} (2)"


def test_the_number_fits_into_the_length():
    found = unique_nickname("x" * LONGEST, {"x" * LONGEST})
    assert len(found) == LONGEST
    assert found.endswith(" (2)")
