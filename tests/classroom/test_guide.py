"""The instructor's guide has all the parts, the mistakes to expect and the hints."""

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest

from coursekit.classroom import guide
from coursekit.classroom.lessons import read_lesson

QUESTION = SimpleNamespace(
    name="00-row",
    exercise="00_start_here",
    asks="Which mean?",
    expected="the mean of row 0",
    wrong={"the mean of row 2": "Without `keepdims` the means line up otherwise."},
    why="They meet number 0.",
    hint="Which shape?",
    minutes=2,
)


@pytest.fixture
def chapters(lesson_file, task):
    other = task("other", exercise="07_layer_norm")
    return guide.chapters([read_lesson(lesson_file)], [task(), other], [QUESTION])


@pytest.fixture(params=["markdown", "page"])
def written(request, chapters):
    """Return the guide in each of its formats."""
    write = {"markdown": guide.as_markdown, "page": guide.as_page}[request.param]
    return lambda counts=(), shown=6: write(chapters, dict(counts), shown)


def test_learning_outcomes_are_the_sentence_of_the_lesson_once(chapters):
    told = replace(chapters[0].lesson, outcomes="Afterwards learners can guess.")
    lone = [replace(chapters[0], lesson=told)]
    assert "<p>Afterwards learners can guess.</p>" in guide.as_page(lone, {})
    assert "\n\nAfterwards learners can guess.\n" in guide.as_markdown(lone, {})


def test_a_chapter_has_the_tasks_of_its_own_exercise(chapters):
    assert [task.name for task in chapters[0].tasks] == ["double"]


def test_every_part_is_there_in_its_order(written):
    text = written()
    places = [text.index(part) for part in guide.PARTS]
    assert places == sorted(places)
    assert "not for learners" in text


def test_hints_are_in_their_order_and_the_gaps_keep_their_lines(written):
    text = written()
    hints = ["What is x + x?", "Multiply.", "Fill in."]
    places = [text.index(hint) for hint in hints]
    assert places == sorted(places)
    assert re.search(r"(?:^ {7}|<pre>)return \.\.\. \* x", text, re.M)


def test_mistakes_come_with_what_they_mean_and_the_others_are_counted(written):
    text = written(shown=6)
    assert "mistake 5" in text and "6 more" not in text and "2 more" in text


def test_what_a_class_did_most_comes_first(written):
    text = written(counts={("double", "mistake 7"): 12}.items())
    assert text.index("mistake 7") < text.index("mistake 0")
    assert "(12 times)" in text


def test_mistakes_are_counted_over_submissions():
    def submission(*names):
        mistakes = [SimpleNamespace(name=name) for name in names]
        verdict = SimpleNamespace(mistakes=mistakes)
        return SimpleNamespace(tasks=[SimpleNamespace(name="double", verdict=verdict)])

    counts = guide.frequencies([submission("a", "b"), submission("a"), submission()])
    assert counts == {("double", "a"): 2, ("double", "b"): 1}


def test_the_answer_to_a_short_question_and_the_wrong_ones_are_explained(written):
    text = written()
    assert "the mean of row 0" in text and "the mean of row 2" in text
    assert "Which shape?" in text


def test_what_follows_from_a_lesson_is_among_the_preparations(chapters):
    told = " ".join(chapters[0].preparing)
    assert "Learners need: Python." in told
    assert "You need a blackboard." in told
    assert "move its explorer once" in told
    assert "`cell-4` runs for up to a minute" in told


def test_parts_that_a_lesson_does_not_have_are_named(chapters):
    assert guide.missing(chapters[0].lesson) == ["Learning outcomes", "Preparing"]


def test_the_page_escapes_whatever_it_shows(chapters):
    odd = replace(chapters[0], lesson=replace(chapters[0].lesson, title="<b>a & b"))
    page = guide.as_page([odd], {})
    assert "&lt;b&gt;a &amp; b" in page and "<b>" not in page


def test_the_page_needs_nothing_else(chapters):
    page = guide.as_page(chapters, {})
    assert not re.search(r"""(?:src|href)=["'](?!#)""", page)
    assert page.count("<main>") == page.count("</main>") == 1
    for target in re.findall(r'href="#([^"]+)"', page):
        assert f'id="{target}"' in page
