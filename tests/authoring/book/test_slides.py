"""Which cells stand on which slide, and the page they make."""

import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from coursekit.authoring.book.cells import Cells
from coursekit.authoring.book.pages import templates
from coursekit.authoring.book.slides import LINES, arrange, slides_of

ASK = 'n = predict("How many?", 4)'
SHOWN = [new_output("stream", text="done")]


def arranged(*cells):
    pages = Cells(cells, lambda text: f"<p>{text}</p>", templates(), spoil=True)
    return arrange(cells, pages)


def code(source, **metadata):
    return new_code_cell(source, outputs=SHOWN, metadata=metadata)


def prose(text, slide_type="", **metadata):
    if slide_type:
        metadata["slideshow"] = {"slide_type": slide_type}
    return new_markdown_cell(text, metadata=metadata)


def test_a_heading_begins_a_slide():
    slides = arranged(prose("# A"), prose("one"), prose("## B"), prose("two"))
    assert [len(slide.parts) for slide in slides] == [2, 2]


def test_a_heading_in_the_middle_of_a_cell_begins_one_too():
    slides = arranged(prose("# A\n\none\n\n## B\n\ntwo"))
    assert len(slides) == 2
    assert "two" in slides[1].parts[0]


def test_a_comment_in_a_block_of_code_is_no_heading():
    assert len(arranged(prose("# A\n\n```python\n# not one\n```"))) == 1


def test_a_prediction_ends_its_slide():
    slides = arranged(prose("# A"), code(ASK), code("n.reveal(6)"))
    assert "reveal" in slides[1].parts[0]
    assert slides[1].continued
    assert not slides[0].continued


def test_what_does_not_fit_goes_on_under_the_same_heading():
    long = prose("word " * 16 * (LINES - 2))
    slides = arranged(prose("# A"), long, prose("more " * 100))
    assert [slide.continued for slide in slides] == [False, True]
    assert slides[0].heading == slides[1].heading


def test_cells_for_instructors_become_notes():
    (slide,) = arranged(prose("# A"), prose("quietly", tags=["instructor"]))
    assert "quietly" in slide.notes[0]
    assert not any("quietly" in part for part in slide.parts)


def test_a_cell_that_only_imports_is_left_out():
    imports = new_code_cell("import numpy as np\nrng = np.random.default_rng(0)")
    (slide,) = arranged(prose("# A"), imports)
    assert len(slide.parts) == 1


@pytest.mark.parametrize(
    "kind, slides, parts",
    [
        ("slide", 2, 2),
        ("subslide", 2, 2),
        ("-", 1, 2),
        ("fragment", 1, 2),
        ("skip", 1, 1),
        ("notes", 1, 1),
    ],
)
def test_slide_metadata_goes_before_the_rules(kind, slides, parts):
    made = arranged(prose("# A"), prose("text", kind))
    assert len(made) == slides
    assert sum(len(slide.parts) for slide in made) == parts
    assert bool(made[-1].notes) == (kind == "notes")


@pytest.fixture(scope="module")
def page(chapters):
    return slides_of(next(c for c in chapters if c.name == "05_batch_norm"))


def test_slides_of_a_lesson_need_nothing_else(page):
    for target in re.findall(r'(?:src|href)="([^"]*)"', page):
        assert target.startswith(("data:", "https://arxiv", "https://")), target
    assert not re.search(r'<(?:script|link|img)[^>]*"https?:', page)
    assert ".html" not in page


def test_question_and_result_are_on_different_slides(page):
    slides = page.split('<section class="slide"')
    asks = [n for n, s in enumerate(slides) if "How many means does batch norm" in s]
    tells = [n for n, s in enumerate(slides) if "</span>It is 3." in s]
    assert tells == [asks[0] + 1]


def test_every_lesson_becomes_slides_the_same_each_time(chapters):
    for chapter in (chapter for chapter in chapters if chapter.kind == "lesson"):
        page = slides_of(chapter)
        assert page.count('<section class="slide"') > 20
        assert '<aside class="notes"' in page
    assert slides_of(chapter) == page
