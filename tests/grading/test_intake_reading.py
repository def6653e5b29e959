"""A notebook's bytes become cells, or a reason with a place; nothing else happens."""

import codecs
import json
import random
import time

import pytest

from coursekit.grading.intake.answers import answer_to, short_answer
from coursekit.grading.intake.beside import beside
from coursekit.grading.intake.reading import MOST_BYTES, Refused, read_notebook
from coursekit.grading.reasons import Reason

NOTEBOOK = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {},
    "cells": [
        {
            "cell_type": "code",
            "id": "answer-double",
            "metadata": {"task": "double", "nbgrader": {"grade_id": "d"}},
            "source": ["def double(x):\n", "    return 2 * x"],
            "outputs": [{"output_type": "stream", "text": "\u00e9" * 9}],
        },
        {"cell_type": "markdown", "metadata": {}, "source": "# Title"},
    ],
}
TEXT = json.dumps(NOTEBOOK, ensure_ascii=False)


def test_cells_are_read_with_all_they_are_known_by():
    code, title = read_notebook(TEXT.encode()).cells
    assert code.source == "def double(x):\n    return 2 * x"
    assert (code.kind, code.task, code.nbgrader_id) == ("code", "double", "d")
    assert (title.kind, title.source, title.task) == ("markdown", "# Title", "")


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (codecs.BOM_UTF8 + TEXT.encode(), "UTF-8 with a byte-order mark"),
        (TEXT.encode("utf-16"), "UTF-16 with a byte-order mark"),
        (TEXT.encode("utf-32"), "UTF-32 with a byte-order mark"),
        (TEXT.encode("utf-16-le"), "UTF-16-LE."),
        (TEXT.encode("utf-16-be"), "UTF-16-BE."),
    ],
)
def test_other_encodings_are_read_with_a_note(data, note):
    notebook = read_notebook(data)
    assert notebook.cells == read_notebook(TEXT.encode()).cells
    assert note in notebook.notes[0]


def test_the_old_format_is_converted_with_a_note():
    cell = {"cell_type": "code", "input": ["x = 1"], "outputs": []}
    old = {"nbformat": 3, "worksheets": [{"cells": [cell]}]}
    notebook = read_notebook(json.dumps(old).encode())
    assert notebook.cells[0].source == "x = 1"
    assert "old format 3" in notebook.notes[0]


@pytest.mark.parametrize(
    ("data", "reason", "says"),
    [
        (b"", Reason.NOTEBOOK_UNREADABLE, "is empty"),
        (b" \n ", Reason.NOTEBOOK_UNREADABLE, "is empty"),
        (b"null", Reason.NOTEBOOK_UNREADABLE, "holds null"),
        (b"[1]", Reason.NOTEBOOK_UNREADABLE, "holds a list"),
        (b"{}", Reason.NOTEBOOK_UNREADABLE, "no version"),
        (b'{"nbformat": true}', Reason.NOTEBOOK_UNREADABLE, "no version"),
        (b'{"nbformat": 4}', Reason.NOTEBOOK_UNREADABLE, "no list of cells"),
        (b'{"nbformat": 99}', Reason.NOTEBOOK_VERSION, "format 99"),
        (b'{"nbformat": 2}', Reason.NOTEBOOK_VERSION, "format 2"),
        (TEXT.encode()[:-20], Reason.NOTEBOOK_UNREADABLE, "ends in the middle"),
        (b"{'a': 1}", Reason.NOTEBOOK_UNREADABLE, "line 1, column 2"),
        (b"\x89PNG\r\n", Reason.NOTEBOOK_UNREADABLE, "byte 0 is 137"),
        (b"[" * 100_000, Reason.FILE_REJECTED, "more than 100 deep"),
        (b'{"a":' * 100_000, Reason.FILE_REJECTED, "more than 100 deep"),
        (b'{"nbformat": ' + b"9" * 99_999 + b"}", Reason.NOTEBOOK_UNREADABLE, "digits"),
        (bytes(MOST_BYTES + 1), Reason.FILE_REJECTED, "at most 64 MB"),
    ],
)
def test_what_is_no_notebook_is_refused_with_a_reason_and_a_place(data, reason, says):
    with pytest.raises(Refused, match=says) as refused:
        read_notebook(data)
    assert refused.value.reason is reason


def test_a_long_text_without_an_end_is_refused_at_once():
    start = time.process_time()
    with pytest.raises(Refused, match="ends in the middle"):
        read_notebook(b'{"cells": ["' + b'\\"' * 200_000)
    assert time.process_time() - start < 1


def test_brackets_inside_texts_are_no_depth():
    cell = {"cell_type": "code", "source": "x = '" + "[" * 5000 + "\\"}
    deep = {"nbformat": 4, "cells": [cell]}
    assert "[[[" in read_notebook(json.dumps(deep).encode()).cells[0].source


@pytest.mark.parametrize(
    "cell",
    [3, None, [], {}, {"cell_type": 3}, {"source": 5}, {"metadata": []}, {"id": {}}],
)
def test_a_cell_that_is_none_does_not_spoil_the_others(cell):
    mixed = {**NOTEBOOK, "cells": [cell, *NOTEBOOK["cells"]]}
    cells = read_notebook(json.dumps(mixed).encode()).cells
    assert cells[-2:] == read_notebook(TEXT.encode()).cells


def test_two_thousand_mutated_notebooks_are_read_or_refused_and_nothing_else():
    rng, data = random.Random(0), TEXT.encode()
    for _ in range(2000):
        mutated = bytearray(data)
        for _ in range(rng.randint(1, 8)):
            at = rng.randrange(len(mutated))
            if rng.random() < 0.3:
                del mutated[at : at + rng.randint(1, 40)]
            else:
                mutated[at : at + 1] = rng.randbytes(rng.randint(1, 3))
        try:
            notebook = read_notebook(bytes(mutated))
        except Refused as refused:
            assert str(refused)
        else:
            answer_to("double", notebook)
            list(beside(notebook, ["double"]))
            short_answer("double", notebook)
