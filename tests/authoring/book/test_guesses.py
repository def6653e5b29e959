"""Guess first: what is folded, and what is asked."""

import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from coursekit.authoring.book import guesses
from coursekit.authoring.book.cells import output
from coursekit.authoring.sources import BuildError, tags_of


def code(cell_id, source):
    return new_code_cell(source, id=cell_id)


ASK = code("ask", 'n = predict("How many?", 4)')
LOOK = code("look", "x = run()")
TELL = code("tell", "n.reveal(x)")


def test_outputs_from_the_guess_to_its_truth_are_folded():
    cells = [ASK, new_markdown_cell("why"), LOOK, TELL, code("on", "show(x)")]
    assert guesses.folded(cells) == {"look", "tell"}


def test_a_question_in_between_is_not_folded():
    other = code("other", 'm = predict("And now?", 1)')
    cells = [ASK, other, LOOK, TELL, code("too", "m.reveal(2)")]
    assert guesses.folded(cells) == {"look", "tell", "too"}


def test_a_guess_that_is_never_answered_stops_the_build():
    with pytest.raises(BuildError, match=r"cell ask: .*n\.reveal"):
        guesses.folded([ASK, LOOK])


def lessons(chapters):
    return [chapter for chapter in chapters if chapter.kind == "lesson"]


def outputs_of(cell):
    return list(filter(None, map(output, cell.outputs)))


def test_every_prediction_of_the_course_becomes_a_question(chapters):
    for chapter in lessons(chapters):
        for cell in chapter.cells:
            names = guesses.names_of(cell)
            assert bool(names) == ("predict" in tags_of(cell)), cell.id
            if names:
                asked = list(filter(None, map(guesses.question, outputs_of(cell))))
                assert len(asked) == len(names), cell.id


def test_choices_of_a_question_are_those_of_its_cell(chapters):
    with_choices = 0
    for chapter in lessons(chapters):
        for cell in chapter.cells:
            if guesses.names_of(cell):
                for page in outputs_of(cell):
                    question = guesses.question(page)
                    assert bool(question.choices) == ("choices=" in cell.source)
                    with_choices += bool(question.choices)
    assert with_choices > 9


def test_every_reveal_of_the_course_loses_the_guess_it_came_with(chapters):
    for chapter in lessons(chapters):
        for cell in chapter.cells:
            if cell.cell_type != "code":
                continue
            shown = [guesses.revealed(page, "n") for page in outputs_of(cell)]
            shown = list(filter(None, shown))
            assert len(shown) == len(guesses.REVEALS.findall(cell.source)), cell.id
            for page in shown:
                text = re.sub(r"<[^>]*>", "", page)
                assert re.fullmatch(r"(It is|Measured:) .*\.", text), cell.id
