"""The pages of the reports in a real browser: on a phone, in the dark, on paper."""

from contextlib import contextmanager

import pytest
from contrast_of_texts import faint_texts
from offline_page import check_with_axe
from settled_class import a_class, course

from coursekit.grading.reports.names import safe_name
from coursekit.grading.reports.writing import write_reports

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ADA = f"feedback/{safe_name(('Ada Lovelace', 's17'))}"
PAGES = (
    f"{ADA}/07_layer_norm.html",
    f"{ADA}/index.html",
    "feedback/index.html",
    "class.html",
    "class-projector.html",
)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    write_reports(a_class(8), folder, course())
    return folder


@contextmanager
def opened(browser, page):
    """Open a page and fail on a request for another file."""
    tab, asked = browser.new_page(), []
    tab.on("request", lambda one: asked.append(one.url))
    tab.goto(page.as_uri())
    yield tab
    assert len(asked) == 1, asked
    tab.close()


@pytest.fixture(scope="module", params=PAGES)
def tab(request, browser, written):
    """Open each page once, for all that is asked of every page."""
    with opened(browser, written / request.param) as one:
        yield one


def widen(tab, width):
    tab.set_viewport_size({"width": width, "height": 900})


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_page_itself_never_scrolls_sideways(tab, width):
    widen(tab, width)
    wide = tab.evaluate("document.documentElement.scrollWidth")
    assert wide <= width


@pytest.mark.parametrize("width", [320, 1280])
def test_code_is_wrapped_and_hides_nothing_at_its_right(browser, written, width):
    with opened(browser, written / PAGES[0]) as tab:
        widen(tab, width)
        found = tab.evaluate(
            "[...document.querySelectorAll('pre')].map("
            "e => e.scrollWidth - e.clientWidth)"
        )
        assert len(found) > 2 and set(found) == {0}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(tab, scheme):
    widen(tab, 1280)
    tab.emulate_media(color_scheme=scheme)
    assert faint_texts(tab, "body", "svg, script, style", large=4.5) == []


def test_axe_finds_nothing_to_mend_by_day_and_by_night(tab):
    widen(tab, 1280)
    check_with_axe(tab)


def test_whatever_scrolls_can_be_reached_with_the_keyboard(tab):
    widen(tab, 390)
    stuck = tab.evaluate(
        """() => [...document.querySelectorAll('body *')].filter(e =>
            e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1
            && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX)
            && e.tabIndex < 0).map(e => e.outerHTML.slice(0, 100))"""
    )
    assert stuck == []


def test_on_paper_folded_heat_maps_are_open_and_code_is_whole(browser, written):
    with opened(browser, written / PAGES[0]) as tab:
        widen(tab, 800)
        tab.emulate_media(media="print")
        heights = tab.evaluate(
            "[...document.querySelectorAll('figure svg')].map(e => e.clientHeight)"
        )
        assert len(heights) == 3 and min(heights) > 20
        cut = tab.evaluate(
            "[...document.querySelectorAll('pre')].filter("
            "e => e.scrollWidth > e.clientWidth + 1).length"
        )
        assert cut == 0
