"""What lessons call: guesses, claims, figures and listings."""

import math

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter

from coursekit import lesson
from coursekit.lesson import ClaimError, claim, predict, show, source
from coursekit.lesson.predictions import PREDICTIONS


@pytest.fixture
def displayed(monkeypatch):
    """Collect what is displayed, as the bundles a notebook would store."""
    bundles = []

    def collect(output):
        data, _ = DisplayFormatter().format(output)
        bundles.append(data)

    for module in ("predictions", "claims", "figures", "listings"):
        monkeypatch.setattr(f"coursekit.lesson.{module}.display", collect)
    return bundles


def texts(bundles):
    return [bundle["text/plain"] for bundle in bundles]


def test_guess_and_truth_are_shown_side_by_side(displayed):
    predict("How many blocks?", 10).reveal(np.int64(200))
    assert texts(displayed) == [
        "Predict: How many blocks? Your guess: 10.",
        "You guessed 10; it is 200. Your guess is 20 times too small.",
    ]


@pytest.mark.parametrize(
    ("guess", "truth", "comment"),
    [
        (62, 62, "Exactly right."),
        (60, 62, "Very close."),
        (3, 2, "Your guess is 1 too high."),
        (-4, 2, "Your guess is 6 too low."),
        (0, 5, "Your guess is 5 too low."),
        (-10, -1, "Your guess is 10 times too large."),
        (5, math.inf, "No finite guess comes near."),
        (5, math.nan, "No finite guess comes near."),
    ],
)
def test_comment_says_how_far_off_the_guess_is(displayed, guess, truth, comment):
    predict("?", guess).reveal(truth)
    assert texts(displayed)[-1].endswith(comment)


def test_unit_stands_behind_guess_and_truth(displayed):
    predict("How long?", 10, unit="ms").reveal(10)
    assert texts(displayed)[-1].startswith("You guessed 10 ms; it is 10 ms.")


def test_measured_truth_follows_the_word_the_sanitizer_knows(displayed):
    predict("Loss?", 2).reveal(np.float32(1.5), measured=True)
    assert "; measured: 1.5. Your guess is 0.5 too high." in texts(displayed)[-1]


def test_choice_is_compared_with_the_true_choice(displayed):
    question = predict("Which axis?", "batch", choices=["batch", "features"])
    question.reveal("features")
    said = 'You guessed "batch"; it is "features". Not this time'
    assert texts(displayed)[-1].startswith(said)


@pytest.mark.parametrize("guess", ["three", float("nan"), True, [3]])
def test_guess_that_is_no_number_gets_a_sentence_and_no_traceback(displayed, guess):
    question = predict("How many?", guess)
    question.reveal(3)
    assert "is not a number" in texts(displayed)[0]
    assert texts(displayed)[1] == "You have not guessed; it is 3."


def test_misspelt_choice_is_answered_with_the_nearest_one(displayed):
    predict("Which?", "Featurse", choices=["batch", "features"])
    assert 'did you mean "features"?' in texts(displayed)[0]


def test_no_guess_asks_for_one_and_still_runs(displayed):
    predict("How many?", None).reveal(3)
    assert "Put your guess into this cell" in texts(displayed)[0]


def test_asking_again_replaces_the_guess():
    predict("Asked twice?", 1)
    predict("Asked twice?", 2)
    assert [p.guess for p in PREDICTIONS if p.question == "Asked twice?"] == [2]


@pytest.mark.parametrize(
    ("choices", "truth"), [(["a", "b"], "c"), (None, "a"), (None, np.ones(3))]
)
def test_truth_that_does_not_fit_the_question_is_refused(choices, truth):
    with pytest.raises(ValueError, match=r"reveal: truth must be one"):
        predict("?", None, choices=choices).reveal(truth)


@pytest.mark.parametrize(
    ("value", "relation", "bound", "words"),
    [
        (1, "<", 2, "computed 1; bound: below 2"),
        (2, "<=", 2, "computed 2; bound: at most 2"),
        (3, ">", 2, "computed 3; bound: above 2"),
        (2, ">=", 2, "computed 2; bound: at least 2"),
        (np.float64(62), "==", 62, "computed 62; bound: exactly 62"),
        (1.5, "in", (1, 2), "computed 1.5; bound: from 1 to 2"),
        ((4, 1), "==", (4, 1), "computed (4, 1); bound: exactly (4, 1)"),
        (np.bool_(True), "==", True, "computed True; bound: exactly True"),
    ],
)
def test_claim_shows_value_bound_and_verdict(displayed, value, relation, bound, words):
    claim("It is so.", value, relation, bound)
    assert texts(displayed) == [f"Claim holds: It is so. ({words})"]


def test_claim_within_a_tolerance_names_it(displayed):
    claim("Doubles.", 2.04, "~", 2, rtol=0.05, measured=True)
    words = "measured 2.04; bound: within 5 % of 2"
    assert texts(displayed) == [f"Claim holds: Doubles. ({words})"]


@pytest.mark.parametrize(
    ("value", "relation", "bound"),
    [(2, "<", 2), (math.nan, "<", 2), (math.nan, "in", (0, 1)), (3, "in", (0, 1))],
)
def test_claim_that_does_not_hold_is_shown_and_raises(
    displayed, value, relation, bound
):
    with pytest.raises(ClaimError, match=r"Claim fails: No\. \(computed .*bound: "):
        claim("No.", value, relation, bound)
    assert "Claim fails" in displayed[0]["text/html"]


def test_claim_reads_scalars_of_torch(displayed):
    torch = pytest.importorskip("torch")
    claim("Torch.", torch.tensor(3.0, requires_grad=True), "<", torch.tensor(4))
    assert "computed 3; bound: below 4" in texts(displayed)[0]


@pytest.mark.parametrize(
    ("value", "relation", "match"),
    [
        (np.ones(3), "<", r"one number.*\.max\(\).*array of shape \(3,\)"),
        (True, "<", "one number"),
        ("x", "~", "rtol must be given"),
        (1, "=", "relation must be one of"),
    ],
)
def test_claim_that_cannot_be_judged_says_why(value, relation, match):
    with pytest.raises(ValueError, match=match):
        claim("?", value, relation, 2)


def test_verdict_is_a_word_and_markup_in_a_sentence_is_text(displayed):
    claim("`a` < b & c", 1, "<", 2)
    page = displayed[0]["text/html"]
    assert "Claim holds" in page
    assert "<code>a</code> &lt; b &amp; c" in page


def test_figure_carries_its_alt_text_in_three_forms(displayed):
    show(lambda ax, y: ax.plot(y) and f'A "line" up to {max(y)}.', [1, 2])
    (bundle,) = displayed
    assert bundle["text/plain"] == 'A "line" up to 2.'
    assert 'alt="A &quot;line&quot; up to 2."' in bundle["text/html"]
    assert "image/png" in bundle


def test_several_axes_come_as_an_array():
    seen = []
    show(lambda axes: seen.append(axes.shape) or "Six.", ncols=3, nrows=2)
    assert seen == [(2, 3)]


def test_figure_without_alt_text_is_refused():
    with pytest.raises(ValueError, match=r"alt text.*got None from draw_nothing"):

        def draw_nothing(ax):
            """Draw nothing."""

        show(draw_nothing)


def test_same_figure_gives_the_same_bytes(displayed):
    for _ in range(2):
        show(lambda ax: ax.plot([1, 2]) and "A line.")
    assert displayed[0] == displayed[1]


def test_listing_keeps_the_first_line_of_a_docstring(displayed):
    source(lesson.claim)
    text = displayed[0]["text/plain"]
    assert '"""Say something that can be checked' in text
    assert "Parameters" not in text
    assert text.startswith("def claim(")


def test_listing_of_a_class_shortens_the_docstrings_of_its_methods(displayed):
    source(lesson.Prediction)
    text = displayed[0]["text/plain"]
    assert "def reveal(" in text
    assert "Parameters" not in text


def test_listing_is_valid_html_that_says_the_same(displayed):
    import html
    import re

    source(lesson.predict)
    bare = re.sub(r"<[^>]+>", "", displayed[0]["text/html"])
    assert html.unescape(bare) == displayed[0]["text/plain"]


def test_listing_of_a_builtin_says_what_is_needed():
    with pytest.raises(ValueError, match="written in Python; got <built-in"):
        source(len)
