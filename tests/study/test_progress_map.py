"""The map of the course: a circle for everything, words for who cannot see it."""

import xml.etree.ElementTree as ET

from coursekit.study.feedback import check, progress
from coursekit.study.progress_map import draw_map
from coursekit.study.standing import Row
from coursekit.study.store import Standing

SVG = "{http://www.w3.org/2000/svg}"


def rows(tasks, *standings):
    return [Row(t, s) for t, s in zip(tasks.values(), standings, strict=True)]


def test_done_begun_and_to_do_look_different(tasks):
    states = [Standing(), Standing(1, 2), Standing(1, 4, True)]
    looks = {draw_map({"07": rows(tasks, one, Standing())}, "") for one in states}
    assert len(looks) == 3


def test_the_map_is_well_formed_and_says_in_words_what_it_shows(tasks):
    svg = draw_map({"07_x": rows(tasks, Standing(1, 4, True), Standing())}, "halve")
    root = ET.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == "Map of the course; done are exercise 07: 1 of 2."
    names = [title.text for title in root.iter("title")]
    assert names[1:] == ["double: done", "halve: to do"]
    assert len(list(root.iter("rect"))) == 1  # around what comes next


def test_a_course_without_tasks_has_a_road_all_the_same():
    assert ET.fromstring(draw_map({}, "")).get("role") == "img"


def test_the_card_of_progress_has_the_map(right):
    check(right)
    assert "done are exercise 07: 1 of 2" in progress().html
