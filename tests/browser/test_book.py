"""The book in a real browser, from disk, with the network off."""

import pytest
from offline_page import check_with_axe, unfold, visits

from coursekit.authoring.book import paper
from coursekit.authoring.book.course import KINDS, read_course
from coursekit.authoring.book.files import write_book
from coursekit.study.folder import course_folder

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LESSON = "notebooks/05_batch_norm.html"
PAGES = [
    "index.html",
    *(
        f"{kind}/{path.stem}.html"
        for kind in KINDS
        for path in sorted((course_folder() / kind).glob("*.ipynb"))
    ),
]


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    chapters = read_course(course_folder())
    folder = tmp_path_factory.mktemp("book with a space")
    return write_book(chapters, folder)


@pytest.fixture
def visit(browser, book):
    """Return a function that opens a page for one test."""
    with visits(browser, book.folder) as visit:
        yield visit


@pytest.fixture(scope="module")
def tab(browser, book):
    with visits(browser, book.folder) as visit:
        yield visit(PAGES[0])


@pytest.fixture(scope="module", params=PAGES)
def any_page(request, tab, book):
    """Open each page once, in one tab, for all that is asked of every page."""
    tab.set_viewport_size({"width": 1280, "height": 800})
    tab.goto((book.folder / request.param).as_uri())
    return tab


def test_every_page_of_the_book_is_opened_here(book):
    pages = [page.relative_to(book.folder).as_posix() for page in book.pages]
    assert sorted(pages) == sorted(PAGES)


def test_a_page_opens_with_the_network_off_and_asks_for_nothing(any_page):
    assert any_page.locator("h1").count() == 1
    # every picture is there, without a request
    assert any_page.evaluate(
        "[...document.images].every(picture => picture.naturalWidth > 0)"
    )


def test_a_page_is_no_wider_than_a_phone(any_page):
    any_page.set_viewport_size({"width": 360, "height": 800})
    unfold(any_page)
    assert any_page.locator("details:not([open])").count() == 0
    assert any_page.evaluate("document.documentElement.scrollWidth") <= 360


def test_lines_of_text_have_about_seventy_characters(visit):
    page = visit(LESSON)
    letters = page.evaluate(
        """() => {
            const long = [...document.querySelectorAll('article > p')]
                .filter(p => !p.children.length && p.textContent.length > 250);
            const height = p => parseFloat(getComputedStyle(p).lineHeight);
            const lines = p => p.clientHeight / height(p);
            return long.reduce((n, p) => n + p.textContent.length, 0)
                / long.reduce((n, p) => n + lines(p), 0);
        }"""
    )
    assert 55 <= letters <= 85


@pytest.mark.parametrize(
    "address", ["index.html", LESSON, "exercises/05_batch_norm.html"]
)
def test_axe_finds_nothing_to_mend_by_day_and_by_night(visit, address):
    check_with_axe(visit(address))


def test_search_finds_a_heading_on_another_page_by_keyboard(visit):
    page = visit("exercises/00_start_here.html")
    page.keyboard.press("Tab")  # the way past the contents
    page.keyboard.press("Tab")  # the course
    page.keyboard.press("Tab")
    page.keyboard.type("shattered")
    assert page.locator("#found").text_content() == "1 heading"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/06_batch_norm_backward.html#*")
    heading = page.locator(":target")
    assert "shattered gradients" in heading.text_content()
    assert heading.is_visible()


def test_search_that_finds_nothing_says_so(visit):
    page = visit("index.html")
    page.get_by_label("Search the headings").fill("xyzzy")
    assert page.get_by_role("status").text_content() == "no headings"


def test_the_way_past_the_contents_leads_to_the_text(visit):
    page = visit(LESSON)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'content'")


def test_the_guess_of_the_reader_stands_beside_the_result(visit):
    page = visit(LESSON)
    page.get_by_label("Your guess").first.fill("8")
    result = page.locator("details.guess").first
    assert not result.get_by_text("It is 3.").is_visible()
    result.locator("summary").click()
    assert "You guessed 8. It is 3." in result.inner_text()


def test_a_link_to_folded_text_unfolds_it_as_the_browser_s_find_does(visit):
    page = visit(f"{LESSON}#:~:text=The%20means%20have%20the%20shape%20(1%2C%20D).%20")
    page.wait_for_function("document.querySelector('details.guess').open")


def test_contents_are_folded_on_a_phone_and_open_on_a_desk(visit):
    assert visit(LESSON, width=390).evaluate("!document.querySelector('.menu').open")
    assert visit(LESSON).evaluate("document.querySelector('.menu').open")


def test_what_is_too_wide_can_be_scrolled_by_keyboard(visit):
    page = visit(LESSON, width=390)
    narrow = page.evaluate(
        """() => [...document.querySelectorAll('pre, .scrolls, .formula')]
            .filter(box => box.scrollWidth > box.clientWidth + 1)
            .every(box => box.tabIndex === 0)"""
    )
    assert narrow


def test_on_paper_nothing_is_folded_and_no_frame_is_printed(visit):
    page = visit(LESSON)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.get_by_text("It is 3.").first.is_visible()
    assert not page.locator("header").is_visible()


def test_a_page_becomes_a_pdf(browser, book):
    pdf = paper.print_pdf(paper.browser(), book.chapters[1])
    assert pdf.read_bytes().startswith(b"%PDF")
