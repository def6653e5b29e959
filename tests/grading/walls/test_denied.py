"""The note that a child leaves."""

import pytest

from coursekit.grading.walls.denied import Denied, Note


def test_the_first_text_stays_until_it_is_cleared():
    note = Note()
    assert note.read() == ""
    note.write("first")
    note.write("second")
    assert note.read() == "first"
    note.clear()
    assert note.read() == ""


@pytest.mark.parametrize("text", ["é" * 5000, "\udc80", "x" * 9999])
def test_any_text_can_be_noted(text):
    note = Note()
    note.write(text)
    assert 0 < len(note.read()) <= 4096


def test_a_refusal_reads_as_it_was_written():
    error = Denied("Your code tried to open 'x'.")
    assert str(error) == "Your code tried to open 'x'."
    assert isinstance(error, PermissionError)
    assert error.errno == 1
