"""Which cells stand on which slide, and the page they make."""

import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from coursekit.authoring.book.cells import Cells
from coursekit.authoring.book.pages import templates
from coursekit.authoring.book.slides import LINES, arrange, slides_of, stacked

ASK = 'n = predict("How many?", 4)'
SHOWN = [new_output("stream", text="done")]
SLIDE = '<section aria-label="Slide'


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


def test_a_fragment_comes_with_the_next_key_and_what_follows_comes_with_it():
    cells = (prose("# A"), prose("b", "fragment"), prose("c", "-"))
    (slide,) = arranged(*cells, prose("d", "fragment"))
    steps = [re.findall(r'data-fragment-index="(\d)"', part) for part in slide.parts]
    assert steps == [[], ["1"], ["1"], ["2"]]


def test_a_subslide_stands_below_the_slide_before():
    slides = arranged(prose("# A"), prose("b", "subslide"), prose("# C"))
    assert [len(stack) for stack in stacked(slides)] == [2, 1]


def test_what_does_not_fit_on_a_slide_below_goes_on_below():
    cells = (prose("# A"), prose("b", "subslide"), prose("word " * 16 * LINES))
    assert [len(stack) for stack in stacked(arranged(*cells))] == [3]


def test_a_first_slide_stands_below_none():
    assert len(stacked(arranged(prose("# A", "subslide")))) == 1


def test_a_section_in_a_result_is_no_slide():
    card = '<section aria-label="Card">told</section>'
    made = new_output("display_data", {"text/html": card})
    (slide,) = arranged(prose("# A"), new_code_cell("show()", outputs=[made]))
    assert '<div role="group" aria-label="Card">told</div>' in slide.parts[1]


@pytest.fixture(scope="module")
def page(chapters):
    return slides_of(next(c for c in chapters if c.name == "05_batch_norm"))


def test_slides_of_a_lesson_need_nothing_else(page):
    shown = re.sub(r"<script>.*?</script>", "", page, flags=re.S)
    for target in re.findall(r'(?:src|href)="([^"]*)"', shown):
        assert target.startswith(("data:", "https://arxiv", "https://")), target
    assert not re.search(r'<(?:script|link|img)[^>]*"https?:', page)
    assert ".html" not in shown
    assert not re.search(r"url\((?!data:)", shown)


def test_the_licence_of_reveal_stands_in_the_page(page):
    assert "Copyright (C) 2011-2024 Hakim El Hattab" in page
    assert "The above copyright notice and this permission notice shall be" in page


def test_question_and_result_are_on_different_slides(page):
    slides = page.split(SLIDE)
    asks = [n for n, s in enumerate(slides) if "How many means does batch norm" in s]
    tells = [n for n, s in enumerate(slides) if "</span>It is 3." in s]
    assert tells == [asks[0] + 1]


def test_every_lesson_becomes_slides_the_same_each_time(chapters):
    for chapter in (chapter for chapter in chapters if chapter.kind == "lesson"):
        page = slides_of(chapter)
        assert page.count(SLIDE) > 20
        assert '<aside class="notes"' in page
    assert slides_of(chapter) == page
