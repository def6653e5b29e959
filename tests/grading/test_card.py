"""The feedback card says the same as text and as HTML, safely and for everyone."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from coursekit.grading.card import card, card_html, card_text, note_card
from coursekit.grading.reasons import Reason
from coursekit.grading.verdict import (
    CriterionVerdict,
    Diagnosis,
    Picture,
    Status,
    Verdict,
)

RIGHT = CriterionVerdict("The output has the shape of x.", 2, Status.PASS, Reason.OK)


def failed(message="y differs", picture=None):
    return CriterionVerdict(
        "Each vector is normalized.",
        4,
        Status.FAIL,
        Reason.WRONG_VALUE,
        message,
        picture,
    )


def picture():
    expected = np.arange(12.0).reshape(3, 4)
    return Picture("y", "vectors", expected, expected + 1, ("B", "d"))


class Elements(HTMLParser):
    """Collect the tags, attributes and text of a page, and check that tags pair."""

    VOID = frozenset({"rect", "path", "br"})

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.words, self.open = [], [], [], []
        self.feed(html)
        assert self.open == [], f"left open: {self.open}"

    def handle_starttag(self, tag, attrs):
        """Note a tag that opens."""
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Note a tag that stands alone."""
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        """Hold a closing tag against the one that is open."""
        assert self.open.pop() == tag

    def handle_data(self, data):
        """Collect the words."""
        self.words.append(data)

    @property
    def text(self):
        """All words with single spaces."""
        return " ".join("".join(self.words).split())


def test_the_diagnosis_comes_before_the_criteria():
    verdict = Verdict(
        "layer_norm_forward",
        (RIGHT, failed()),
        (Diagnosis("sample variance", "You divided by d - 1.", "your std is 0.894"),),
    )
    for side in (card_text(verdict), Elements(card_html(verdict)).text):
        places = [
            side.index(words)
            for words in (
                "layer_norm_forward: 2 of 6 points",
                "Recognised: sample variance",
                "You divided by d - 1.",
                "your std is 0.894",
                "The output has the shape of x.",
                "y differs",
            )
        ]
        assert places == sorted(places)


def test_every_recognised_mistake_is_named():
    mistakes = (Diagnosis("one", "First."), Diagnosis("two", "Second."))
    verdict = Verdict("t", (failed(),), mistakes)
    for side in (card_text(verdict), Elements(card_html(verdict)).text):
        assert "Recognised: one" in side and "Recognised: two" in side


@pytest.mark.parametrize("status", Status)
def test_every_status_is_a_word_and_a_glyph_beside_it(status):
    verdict = Verdict("t", (CriterionVerdict("One.", 1, status, Reason.RAISED, "Why"),))
    for side in (card_text(verdict), Elements(card_html(verdict)).text):
        assert status.value in side
        assert any(glyph in side for glyph in "✓✗!○–")


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "\x00\x1b[2J\x1b]0;title\x07",
        "lone \ud800 surrogate",
        "right to left \u202e mark",
        "'\"><img src=x onerror=alert(1)>",
    ],
)
def test_hostile_text_is_shown_and_does_nothing(hostile):
    verdict = Verdict(
        hostile, (failed(hostile),), (Diagnosis(hostile, hostile, hostile),), (hostile,)
    )
    shown = card(verdict)
    elements = Elements(shown.html)
    assert "script" not in elements.tags and "img" not in elements.tags
    assert not any(name.startswith("on") for name, _ in elements.attributes)
    for side in (shown.text, shown.html):
        side.encode()
        assert not set(side) & set("\x00\x07\x1b\u202e")


def test_endless_text_is_cut_and_said_to_be():
    verdict = Verdict("t", (failed("y" * 100_000_000),), notes=("n\n" * 10_000,))
    shown = card(verdict)
    assert len(shown.text) < 5000 and len(shown.html) < 9000
    assert "cut: 100000000 characters in all" in shown.text


def test_a_fault_of_ours_has_no_score():
    ours = CriterionVerdict("Checked.", 10, Status.ERROR, Reason.GRADER_ERROR, "Sorry.")
    for side in (card_text(Verdict("t", (ours,))), card_html(Verdict("t", (ours,)))):
        assert "no score" in side and "0 of 10" not in side and "0/10" not in side


def test_the_first_drawing_is_open_and_the_others_are_folded():
    html = card_html(Verdict("t", (failed(picture=picture()),) * 3))
    assert html.count("<svg") == 3
    assert html.count("<details open>") == 1 and html.count("<details>") == 2


def test_the_style_stays_inside_the_card():
    css = re.search(r"<style>(.*?)</style>", card_html(Verdict("t", (RIGHT,))), re.S)[1]
    selectors = [s for rule in re.findall(r"([^{}]+)\{", css) for s in rule.split(",")]
    assert selectors and all(s.strip().startswith(".ck-card") for s in selectors)


def test_a_card_has_no_script_no_id_and_no_address():
    html = card_html(Verdict("t", (failed(picture=picture()),)))
    elements = Elements(html)
    assert "script" not in elements.tags
    assert not {"id", "href", "src"} & {name for name, _ in elements.attributes}


def test_a_card_offers_text_and_html_to_a_notebook():
    shown = card(Verdict("t", (RIGHT,)))
    assert shown._repr_mimebundle_() == {
        "text/plain": shown.text,
        "text/html": shown.html,
    }
    assert repr(shown) == shown.text


def test_the_lines_of_the_text_card_fit_a_terminal():
    verdict = Verdict("t", (failed("many words " * 60),), notes=("words " * 60,))
    assert max(map(len, card_text(verdict).splitlines())) <= 88


def test_a_note_card_escapes_its_code():
    shown = note_card("Title", ["Text"], code="if a < b:\n    <script>")
    assert "&lt;script&gt;" in shown.html and "        <script>" in shown.text
