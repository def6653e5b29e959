"""The completion record says what was done and what checked it."""

import json
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

import coursekit
from coursekit.autograders.edition import edition
from coursekit.study.completion import (
    JSON_FILE,
    PAGE_FILE,
    completion_record,
)
from coursekit.study.feedback import check, progress
from coursekit.study.store import Standing


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_record_says_what_checked_each_task(right, here):
    check(right)
    assert JSON_FILE in str(progress(export=True, learner="Ada <b>"))
    record = json.loads((here / JSON_FILE).read_text(encoding="utf-8"))
    assert record["format"] == "coursekit-completion/1"
    assert (record["points"], record["out_of"], record["done"]) == (4, 8, 1)
    done, left = record["items"]
    assert done["name"] == "double" and done["done"] and done["points"] == 4
    assert done["checked_with"] == {
        "version": coursekit.__version__,
        "edition": edition("07_layer_norm"),
    }
    assert left["checked_with"] is None and left["at"] == ""


def test_the_page_to_print_is_whole_escaped_and_needs_no_other_file(right, here):
    check(right)
    progress(export=True, learner="Ada <b>")
    text = (here / PAGE_FILE).read_text(encoding="utf-8")
    assert "Ada &lt;b&gt;" in text and "<b>" not in text
    assert "4 of 8 points" in text and edition("07_layer_norm") in text
    assert "http" not in text and "src=" not in text
    tags = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: tags.append(tag)
    parser.feed(text)
    assert tags.count("table") == 1 and tags.count("h1") == 1


def test_without_being_asked_nothing_is_written(right, here):
    check(right)
    progress()
    assert list(here.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said_and_nothing_raises(here):
    (here / JSON_FILE).mkdir()
    said = " ".join(str(progress(export=True)).split())
    assert "could not be written" in said and "Change to a folder" in said


def test_the_same_standing_at_the_same_time_gives_the_same_record(tasks):
    standings = dict.fromkeys(tasks, Standing(2, 3, False, 1, "2026-01-01", "1 abc"))
    now = datetime(2026, 1, 2, tzinfo=UTC)
    one, other = (completion_record(tasks, standings, "Ada", now) for _ in range(2))
    assert one == other
    assert one["made"] == "2026-01-02T00:00:00+00:00"
    assert one["items"][0]["checked_with"] == {"version": "1", "edition": "abc"}


def test_an_edition_is_that_of_its_exercise():
    assert edition("07_layer_norm") != edition("00_start_here")
