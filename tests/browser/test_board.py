"""The board in a real browser: thirty learners, both pages, and how they look."""

import re
import socket
import time

import pytest
from board_process import board_process, killed
from class_made import (
    NO_EPS,
    OVER_THE_BATCH,
    TASK,
    an_id,
    attempt,
    flag,
    running,
    simulate,
)
from contrast_of_texts import faint_texts
from offline_page import check_with_axe

from coursekit import wire
from coursekit.commands.board import _columns

pytestmark = pytest.mark.browser

LEARNERS = 30
FOCUSED = "() => document.activeElement.getAttribute('aria-label')"
HOSTILE = '<img src=x onerror="document.title=1"><b>Mallory</b>'


@pytest.fixture
def board(tmp_path):
    with running(tmp_path / "board.sqlite3") as made:
        yield made


@pytest.fixture
def opened(browser, board):
    """Return a function that opens a page and fails if it asks anybody else."""
    contexts, asked = [], []

    def open_page(which, *, link=None, **options):
        context = browser.new_context(
            **{"viewport": {"width": 1440, "height": 900}, **options}
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        key = {"teach": board.room.teach_key, "show": board.room.show_key}.get(which)
        page.goto(link or f"{board.address}/{which}/{key}")
        page.locator("#link", has_text="Live").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    elsewhere = [
        url for url in asked if not url.startswith(("http://127.0.0.1", "data:"))
    ]
    assert elsewhere == []


def row(page, name):
    return page.locator("#grid tbody tr").filter(
        has=page.locator(".who", has_text=re.compile(f"^{re.escape(name)}$"))
    )


def cell(page, name, task=TASK):
    heads = page.locator("#grid th.task").all_inner_texts()
    return row(page, name).locator("td").nth(heads.index(task))


def test_thirty_learners_are_seen_as_they_work(board, opened):
    page = opened("teach")
    for number in range(LEARNERS):
        wrong = (OVER_THE_BATCH,) if number < 12 else (NO_EPS,)
        status = "fail" if number < 15 else "pass"
        board.say(f"learner {number}", attempt(number, status, mistakes=wrong))
    page.locator("#summary", has_text="30 learners").wait_for()
    assert page.locator("#grid tbody tr").count() == LEARNERS
    first = page.locator("#mistakes li").first
    assert first.inner_text().startswith(f"12 of 30: {OVER_THE_BATCH}")
    told = cell(page, "learner 3")
    assert told.inner_text().startswith("✗")
    assert OVER_THE_BATCH in told.locator(".unseen").text_content()
    assert "fail" in told.get_attribute("class")
    board.say("learner 3", attempt(1000))
    page.locator("#mistakes li", has_text="11 of 30").wait_for()
    assert cell(page, "learner 3").inner_text().startswith("✓")


def test_a_check_is_on_the_page_within_a_second(board, opened):
    page = opened("teach")
    board.say("Ada")
    row(page, "Ada").wait_for()
    times = []
    for number in range(7):
        task = list(board.room.columns)[number % 5]
        start = time.perf_counter()
        board.say("Ada", attempt(number, "fail", task, mistakes=()))
        tries = number // 5 + 1
        cell(page, "Ada", task).locator(".unseen", has_text=f"{tries} tr").wait_for()
        times.append(time.perf_counter() - start)
    assert sorted(times)[3] < 1.0


def test_a_red_flag_is_announced_listed_and_taken_down(board, opened):
    page = opened("teach")
    board.say("Ada")
    row(page, "Ada").wait_for()
    board.say("Ada", flag(1, "red", age=200))
    item = page.locator("#flags li")
    item.wait_for()
    assert re.search(r"Ada\s+⚑ help\s+for 3 min", item.inner_text())
    page.locator("#said", has_text="Ada asks for help.").wait_for(state="attached")
    page.get_by_role("button", name="Take the flag of Ada down").click()
    page.locator("#no-flags").wait_for()


def test_a_hostile_nickname_is_text(board, opened):
    page = opened("teach")
    board.say(HOSTILE, flag(1, "red"))
    shown = HOSTILE[:40].strip()
    page.locator("#flags .who", has_text=shown).wait_for()
    page.locator("button.name").click()
    assert page.locator("#learner-name").inner_text() == shown
    assert page.locator("main img, main b, dialog b").count() == 0
    assert page.title() == "Board K7QM2X"


def test_everything_is_reached_by_keyboard(board, opened):
    page = opened("teach")
    for name in ("Ada", "Emmy", "Grace"):
        board.say(name, attempt(1, "fail", mistakes=(NO_EPS,)))
    row(page, "Grace").wait_for()
    page.locator("#scroll").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Emmy")
    dialog.wait_for()
    assert NO_EPS in dialog.inner_text()
    page.keyboard.press("Escape")
    assert page.evaluate(FOCUSED) == "Emmy"
    page.keyboard.press("End")
    assert page.evaluate(FOCUSED) == "Grace"
    assert page.locator("button.name[tabindex='0']").count() == 1


def test_a_key_that_comes_before_the_event_of_the_closing_counts(board, opened):
    page = opened("teach")
    for name in ("Ada", "Emmy", "Grace"):
        board.say(name)
    row(page, "Grace").wait_for()
    row(page, "Emmy").get_by_role("button").click()
    page.evaluate(
        """() => new Promise(closed => {
            const dialog = document.getElementById('learner');
            dialog.addEventListener('close', closed);
            dialog.close();
            const end = new KeyboardEvent('keydown', {key: 'End', bubbles: true});
            document.activeElement.dispatchEvent(end);
        })"""
    )
    assert page.evaluate(FOCUSED) == "Grace"
    assert page.locator("button.name[tabindex='0']").count() == 1


def test_a_name_whose_row_is_moved_or_made_anew_keeps_the_focus(board, opened):
    page = opened("teach")
    for name in ("Ada", "Emmy"):
        board.say(name)
    row(page, "Emmy").get_by_role("button").focus()
    board.say("Ada", wire.Event(an_id("left"), 0.0, wire.LEFT))
    page.locator("#grid tr.left").wait_for()
    assert page.evaluate(FOCUSED) == "Emmy"
    board.as_teacher("/api/do", {"do": "lesson", "lesson": "07_layer_norm"})
    others = page.locator("#grid th.task", has_text="batch_norm_forward")
    others.wait_for(state="detached")
    assert page.evaluate(FOCUSED) == "Emmy"
    assert page.locator("button.name[tabindex='0']").count() == 1


def test_the_timer_and_the_lesson_are_on_the_projector_too(board, opened):
    page, wall = opened("teach"), opened("show")
    board.say("Ada", attempt(1), attempt(2, task="batch_norm_forward"))
    page.get_by_label("Timer, minutes").fill("7")
    page.get_by_role("button", name="Start").click()
    for one in (page, wall):
        one.locator("#timer", has_text=re.compile(r"^[67]:\d\d$")).wait_for()
    wall.get_by_role("row", name="batch_norm_forward").wait_for()
    page.get_by_label("Lesson").select_option("07 layer norm")
    wall.get_by_role("row", name="batch_norm_forward").wait_for(state="hidden")
    wall.get_by_role("row", name=TASK).wait_for()
    others = page.locator("#grid th.task", has_text="batch_norm_forward")
    others.wait_for(state="detached")
    assert page.locator("#grid th.task").count() == 3
    page.get_by_role("button", name="Stop").click()
    wall.locator("#timer").wait_for(state="hidden")


def test_the_projector_shows_how_to_join_and_no_name(board, opened):
    simulate(board)
    wall = opened("show")
    wall.locator("#summary", has_text="30 learners").wait_for()
    text = wall.locator("body").inner_text()
    assert f'join("{board.address}/K7QM2X", "nickname")' in text
    assert not re.search(r"Ada|Emmy|Grace|Zhenya", wall.content())
    assert wall.url.endswith("/show")  # the key is not on the wall


def test_the_page_comes_back_with_the_board(browser, tmp_path, opened):
    data = tmp_path / "other.sqlite3"

    def say(running, number):
        message = wire.Message(
            running.code, an_id(1), "Ada", (attempt(number, "fail"),)
        )
        request = browser.new_context().request
        assert request.post(running.address + wire.PATH, data=message.written()).ok

    with board_process(data) as running:
        say(running, 1)
        page = opened("teach", link=running.teach)
        row(page, "Ada").wait_for()
        killed(running)
        page.locator("#link", has_text="Not connected").wait_for()
    port = int(running.address.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)) as other:  # after which it gives up
        with other.accept()[0] as connection:
            connection.recv(10_000)
            connection.sendall(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
    with board_process(data, port) as running:
        say(running, 2)
        page.locator("#link", has_text="Live").wait_for(timeout=15_000)
        cell(page, "Ada").locator(".unseen", has_text="2 tries").wait_for()


@pytest.mark.parametrize("which", ["teach", "show"])
@pytest.mark.parametrize("width", [390, 1920])
def test_it_fits_and_can_be_read_by_day_and_by_night(board, opened, which, width):
    simulate(board)
    board.room.set_timer(5)
    page = opened(which, viewport={"width": width, "height": 1080})
    page.locator("#summary", has_text="30 learners").wait_for()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        assert faint_texts(page, "body", "script, style", large=4.5) == [], scheme


def test_tables_controls_and_regions_have_names(board, opened):
    simulate(board, 3)
    page = opened("teach")
    row(page, "Ada").wait_for()
    assert page.get_by_role("table", name=re.compile("^Learners by tasks")).count() == 1
    heads = "#grid thead th:not([scope]), #grid tbody th:not([scope=row])"
    assert page.locator(heads).count() == 0
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, input, select, a')].filter(
            one => !(one.getAttribute('aria-label') || one.textContent.trim()
              || one.labels?.length)).length"""
    )
    assert nameless == 0
    levels = page.locator("h1, h2, h3").evaluate_all("all => all.map(h => h.tagName)")
    assert levels[0] == "H1"
    assert levels.count("H1") == 1


@pytest.mark.parametrize("which", ["teach", "show"])
def test_axe_finds_nothing_to_mend_by_day_and_by_night(board, opened, which):
    simulate(board, 8)
    board.room.set_timer(5)
    page = opened(which)
    page.locator("#summary", has_text="8 learners").wait_for()
    check_with_axe(page)


def test_nothing_moves_where_no_motion_is_wanted(board, opened):
    page = opened("teach", reduced_motion="reduce")
    board.say("Ada")
    row(page, "Ada").wait_for()
    board.say("Ada", attempt(1))
    motion = "fresh => getComputedStyle(fresh).animationName"
    assert page.locator("td.fresh").evaluate(motion) == "none"


def test_the_whole_course_scrolls_in_its_own_frame_on_a_phone(opened, tmp_path):
    with running(tmp_path / "whole.sqlite3", _columns([])) as whole:
        tasks = list(whole.room.columns)[-wire.MAX_EVENTS :]
        whole.say("Ada", *[attempt(n, task=task) for n, task in enumerate(tasks)])
        link = f"{whole.address}/teach/{whole.room.teach_key}"
        page = opened("teach", link=link, viewport={"width": 390, "height": 800})
        cell(page, "Ada", tasks[-1]).locator(".unseen").wait_for(state="attached")
        assert page.locator("#grid th.task").count() == len(whole.room.columns)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 390


@pytest.fixture
def whole(tmp_path):
    """Return a board with all lessons."""
    with running(tmp_path / "whole.sqlite3", _columns([])) as made:
        yield made


def teaching(made):
    return f"{made.address}/teach/{made.room.teach_key}"


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_begins_at_the_lesson_that_was_tried_last(whole, opened, width):
    whole.say("Ada", attempt(1, task="numerical_gradient", age=300))
    whole.say("Emmy", attempt(2, "fail", mistakes=()))
    view = {"width": width, "height": 844}
    page = opened("teach", link=teaching(whole), viewport=view)
    cell(page, "Emmy").locator(".unseen").wait_for(state="attached")
    held = page.locator("#scroll").bounding_box()
    shown = cell(page, "Emmy").bounding_box()
    names = page.locator("#grid .corner").bounding_box()
    assert shown["x"] >= names["x"] + names["width"] - 1
    assert shown["x"] + shown["width"] <= held["x"] + held["width"] + 1


def test_whoever_scrolled_the_grid_is_left_there(whole, opened):
    page = opened("teach", link=teaching(whole))
    whole.say("Emmy", attempt(1, "fail", mistakes=()))
    cell(page, "Emmy").locator(".unseen").wait_for(state="attached")
    place = "scroll => scroll.scrollLeft"
    assert page.locator("#scroll").evaluate(place) > 0
    page.locator("#scroll").evaluate("scroll => { scroll.scrollLeft = 0; }")
    whole.say("Emmy", attempt(2, task="axes_of"))
    cell(page, "Emmy", "axes_of").locator(".unseen").wait_for(state="attached")
    assert page.locator("#scroll").evaluate(place) == 0


def test_no_name_of_a_task_runs_over_its_neighbour(whole, opened):
    whole.say("Ada")
    page = opened("teach", link=teaching(whole))
    for lesson, title in whole.room.columns.lessons.items():
        page.get_by_label("Lesson").select_option(lesson)
        page.locator("#grid th.lesson", has_text=title).first.wait_for()
        page.locator("#grid.roomy").wait_for()
        for width in (1000, 1280, 1920):
            page.set_viewport_size({"width": width, "height": 844})
            wide = page.locator("#grid th.task").evaluate_all(
                "all => all.filter(one => one.scrollWidth > one.clientWidth)"
                ".map(one => one.textContent)"
            )
            assert wide == [], f"{title} at {width}"
