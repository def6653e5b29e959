"""The slides in a real browser, from disk, with the network off."""

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook
from offline_page import check_with_axe, unfold, visits

from coursekit.authoring.book.course import Chapter, read_course
from coursekit.authoring.book.slides import slides_of
from coursekit.study.folder import course_folder

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: For what depends on the lesson, and for what all slides do.
TALK, SHORT = "05_batch_norm.html", "00_start_here.html"
#: Where each slide is. Slides that are not shown are laid out too, and only invisible:
#: one layout of the page tells of them all.
PLACES = """() => Reveal.getSlides().map(slide => {
    const { top, bottom, left, right } =
        slide.querySelector('.fit').getBoundingClientRect();
    return [top, bottom, left, right];
})"""
#: The names of the slides of which something cannot be seen when they are shown.
CUT_OFF = f"""() => {{
    const places = ({PLACES})();
    const wide = box => box.scrollWidth > box.clientWidth + 1;
    const hides = box => wide(box) && getComputedStyle(box).overflowX !== 'visible';
    return Reveal.getSlides().filter((slide, number) => {{
        const inner = slide.querySelector('.fit');
        const [top, bottom, left, right] = places[number];
        return bottom - top < 20 || top < -1 || left < -1
            || bottom > innerHeight + 1 || right > innerWidth + 1
            || wide(inner) || inner.scrollHeight > inner.clientHeight + 1
            || [...inner.querySelectorAll(':not(span, math, math *, svg *)')]
                .some(hides);
    }}).map(slide => slide.getAttribute('aria-label'));
}}"""


@pytest.fixture(scope="module")
def talks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("talks with a space")
    steps = [("# A", ""), ("below", "subslide"), ("with a key", "fragment")]
    cells = [
        new_markdown_cell(text, metadata={"slideshow": {"slide_type": kind}})
        for text, kind in [*steps, ("# B", "slide")]
    ]
    (folder / "notebooks").mkdir()
    steps = Chapter(folder / "notebooks" / "steps.ipynb")
    nbformat.write(new_notebook(cells=cells), steps.path)
    lessons = [c for c in read_course(course_folder()) if c.kind == "lesson"]
    for chapter in [*lessons, steps]:
        talk = folder / f"{chapter.name}.html"
        talk.write_text(slides_of(chapter), encoding="utf-8")
    return folder


@pytest.fixture
def visit(browser, talks):
    with visits(browser, talks) as visit:

        def ready(*address, **how):
            page = visit(*address, **how)
            page.wait_for_function("Reveal.isReady()")
            return page

        yield ready


def wait_until_at(page, across, down):
    """Return once a slide is shown: so many from the left, and from the top."""
    page.wait_for_function(
        """at => {
            const { h, v } = Reveal.getIndices();
            return at[0] === h + 1 && at[1] === v + 1;
        }""",
        arg=[across, down],
    )


def wait_for_number(page, text):
    page.wait_for_function(
        "text => document.querySelector('.slide-number').innerText.startsWith(text)",
        arg=text,
    )


def test_slides_move_by_keys_and_keep_their_place_in_the_address(visit):
    page = visit(SHORT)
    for key in ("ArrowRight", "PageDown", "Space", "ArrowLeft"):
        page.keyboard.press(key)
    page.wait_for_url("**#/3")
    wait_for_number(page, "3 /")
    page.keyboard.press("End")
    count = page.evaluate("Reveal.getTotalSlides()")
    wait_for_number(page, f"{count} / {count}")
    wait_until_at(visit(f"{SHORT}#/7"), 7, 1)


def test_a_slide_below_is_reached_downwards_and_a_fragment_comes_with_a_key(visit):
    page = visit("steps.html")
    page.keyboard.press("ArrowDown")
    wait_until_at(page, 1, 2)
    assert page.evaluate("Reveal.availableFragments().next")
    page.keyboard.press("Space")
    page.locator(".fragment.visible", has_text="with a key").wait_for()
    wait_until_at(page, 1, 2)
    page.keyboard.press("Space")
    wait_until_at(page, 2, 1)


def test_space_on_a_button_presses_it(visit):
    page = visit(f"{SHORT}#/5")
    page.get_by_role("button", name="previous slide").focus()
    page.keyboard.press("Space")
    wait_until_at(page, 4, 1)


def test_a_finger_moves_the_slides(visit):
    page = visit(SHORT, width=800, height=600, has_touch=True, is_mobile=True)
    finger = page.context.new_cdp_session(page)
    for kind, xs in [("Start", [600]), ("Move", [500]), ("Move", [300]), ("End", [])]:
        points = [{"x": x, "y": 300} for x in xs]
        made = {"type": f"touch{kind}", "touchPoints": points}
        finger.send("Input.dispatchTouchEvent", made)
    page.wait_for_function("Reveal.getIndices().h === 1")


def test_escape_shows_all_slides_and_leads_back(visit):
    page = visit(SHORT)
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("heading", level=2).first.is_visible()
    page.wait_for_function("Reveal.isOverview()")
    page.keyboard.press("Escape")
    page.wait_for_function("!Reveal.isOverview()")
    wait_until_at(page, 2, 1)


def test_a_slide_is_laid_out_where_it_is_shown_later(visit):
    page = visit("steps.html")
    page.locator(".fit").last.evaluate(
        "e => { e.style.paddingTop = '900px'; Reveal.layout(); }"
    )
    places = page.evaluate(PLACES)
    shown = page.evaluate(
        f"""() => Reveal.getSlides().map((slide, number) => {{
            const {{ h, v }} = Reveal.getIndices(slide);
            Reveal.slide(h, v);
            return ({PLACES})()[number];
        }})"""
    )
    assert places == shown
    assert page.evaluate(CUT_OFF) == ["Slide 3: B"]


def test_no_lesson_has_a_slide_that_is_cut_off(visit, talks):
    page = visit(SHORT)  # one tab for all: a new one costs as much as a look
    for talk in sorted(talks.glob("0*.html")):
        page.set_viewport_size({"width": 1280, "height": 720})
        page.goto(talk.as_uri())
        page.wait_for_function("Reveal.isReady()")
        assert page.evaluate(CUT_OFF) == [], talk.name
        page.set_viewport_size({"width": 1024, "height": 768})
        page.wait_for_function("Reveal.getConfig().width === 960")
        assert page.evaluate(CUT_OFF) == [], talk.name


def test_an_answer_that_is_unfolded_is_not_cut_off(visit):
    page = visit(TALK)
    unfold(page)
    page.wait_for_timeout(200)  # the browser tells of it a little later
    assert page.evaluate(CUT_OFF) == []


def test_text_is_as_large_at_any_shape_of_the_window(visit):
    for width, height in ((1280, 720), (1024, 768), (1920, 1080)):
        page = visit(SHORT, width=width, height=height)
        text = page.get_by_text("You need").first
        large = text.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
        scale = page.evaluate("Reveal.getScale()")
        assert large * scale == pytest.approx(0.03 * height, rel=0.01)


def test_a_phone_scrolls_through_the_slides_in_text_it_can_show(visit):
    page = visit(TALK, width=390, height=800, has_touch=True, is_mobile=True)
    assert page.evaluate("Reveal.isScrollView()")
    assert page.evaluate("21.6 * Reveal.getScale()") > 13
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_speaker_sees_notes_clock_and_the_next_slide(visit):
    page = visit(TALK)
    with page.expect_popup() as popup:
        page.keyboard.press("s")
    speaker = popup.value
    notes = speaker.locator(".speaker-controls-notes")
    notes.get_by_text("Why we teach this").wait_for()
    speaker.get_by_text("00:01").or_(speaker.get_by_text(":02")).first.wait_for()
    heading = page.locator("section section").nth(1).locator("h2").inner_text()
    coming = speaker.frame_locator("#upcoming-slide iframe")
    coming.get_by_role("heading", name=heading).wait_for()
    speaker.keyboard.press("ArrowRight")
    page.wait_for_function("Reveal.getIndices().h === 1")
    notes.wait_for(state="hidden")


def test_a_screen_reader_gets_the_slide_that_is_shown_and_no_folded_answer(visit):
    page = visit(TALK)
    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("application").count() == 0
    assert page.get_by_role("heading").count() == 1
    answer = page.locator(".slides details:not(.asks details) p").first
    hidden, slide = answer.evaluate(
        "e => [e.textContent, Reveal.getIndices(e.closest('section')).h]"
    )
    page.evaluate(f"Reveal.slide({slide})")
    asked = page.locator("section.present details summary").first.inner_text()
    told = page.locator(".aria-status", has_text=asked)
    told.wait_for(state="attached")
    assert hidden not in told.text_content()


def test_the_tab_key_stays_on_the_slide_that_is_shown(visit):
    page = visit(f"{TALK}#/2")
    within = "document.activeElement.closest('section')?.getAttribute('aria-label')"
    found = set()
    for _ in range(8):
        page.keyboard.press("Tab")
        found.add(page.evaluate(within))
    (slide,) = found - {None}
    assert slide.startswith("Slide 2:")


def test_axe_finds_nothing_to_mend_by_day_and_by_night(visit):
    check_with_axe(visit(TALK))
    page = visit(f"{SHORT}?print-pdf")  # there all slides are shown
    page.locator(".pdf-page").last.wait_for()
    check_with_axe(page)


def test_on_paper_each_slide_is_a_page_dark_on_white(visit):
    page = visit(f"{TALK}?print-pdf", scheme="dark")
    page.locator(".pdf-page").last.wait_for()
    assert page.locator(".pdf-page").count() == page.evaluate("Reveal.getTotalSlides()")
    page.emulate_media(media="print")
    colours = page.locator(".pdf-page").first.evaluate(
        """e => [e, e.closest('body'), document.documentElement]
            .map(e => getComputedStyle(e).backgroundColor)"""
    )
    assert colours == ["rgba(0, 0, 0, 0)", "rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"]
