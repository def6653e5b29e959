"""Formulas as MathML: every one of the course, and the habits put right."""

import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import nbformat
import pytest
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from coursekit.authoring.book.formulas import FormulaError, display, mathml

ROOT = Path(__file__).parents[3]
NOTEBOOKS = sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("exercises/*.ipynb")])


class Collector(IPythonRenderer):
    """Collects the formulas that a reader of Markdown finds."""

    def __init__(self):
        super().__init__(escape=False)
        self.found = []

    def inline_math(self, body):
        """Keep it."""
        self.found.append(body)
        return ""

    block_math = inline_math


def formulas_of(path):
    collector = Collector()
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            MarkdownWithMath(renderer=collector).render(cell.source)
    return collector.found


def words_of(page):
    return [element.text or "" for element in ET.fromstring(page).iter()]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_every_formula_of_the_course_becomes_mathml_without_latex(path):
    found = formulas_of(path)
    assert found or path.parent.name == "exercises"
    for latex in found:
        page = f"<p>{display(latex)}</p>"
        assert not re.search(r"\\|[{}&](?!\w+;|#)", "".join(words_of(page))), latex


@pytest.mark.parametrize(
    "latex, words",
    [
        (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", "a=bc=d"),
        (r"\begin{cases} a & x > 0 \\ b & \text{else} \end{cases}", "{ax>0belse"),
        (r"\operatorname{std}(\hat x)", "std(x^)"),
        (r"y_{\text{in}} \le \tfrac1d", "yin≤1d"),
        (r"x < y", "x<y"),
    ],
)
def test_environments_and_names_keep_their_words(latex, words):
    assert "".join(words_of(mathml(latex))) == words


def test_columns_of_an_aligned_formula_are_set_by_classes_browsers_obey():
    page = mathml(r"\begin{aligned} a &= b \end{aligned}")
    assert '<mtd class="right"><mi>a</mi></mtd>' in page
    assert "columnalign" not in page


def test_a_tag_stands_beside_its_formula_as_a_number():
    page = mathml(r"x = 1 \tag{3}", block=True)
    assert page.endswith('</math><span class="formula-number">(3)</span>')


@pytest.mark.parametrize(
    "latex, letter",
    [
        (r"\mathbf 1", "𝟏"),
        (r"\mathbf{W}", "𝐖"),
        (r"\mathbb E", "𝔼"),
        (r"\mathbb R", "ℝ"),
        (r"\mathcal L", "ℒ"),
        (r"\boldsymbol{x}", "𝒙"),
    ],
)
def test_bold_and_script_letters_are_letters_of_their_own(latex, letter):
    page = mathml(latex)
    assert letter in page
    assert "mathvariant" not in page


def test_bars_know_which_opens_and_which_closes():
    page = mathml(r"\lVert x \rVert^2")
    assert re.findall(r'<mo form="(\w+)" stretchy="false">‖', page) == [
        "prefix",
        "postfix",
    ]


def test_no_space_stands_between_a_name_and_its_bracket():
    assert 'rspace="0">std<' in mathml(r"2\operatorname{std}(x)")
    assert 'rspace="0.167em">log<' in mathml(r"2\log x")


def test_formulas_set_apart_wrap_and_others_stay_whole():
    assert display(r"a \qquad b \qquad c").count("<math") == 3
    assert display(r"\left( a \qquad b \right)").count("<math") == 1
    assert display(r"\frac{a \qquad b}{c}").count("<math") == 1


@pytest.mark.parametrize("latex", [r"\wibble{x}", r"a & b"])
def test_a_formula_that_cannot_be_converted_is_named_with_what_to_do(latex):
    with pytest.raises(FormulaError, match=r"formulas\.py") as raised:
        mathml(latex)
    assert repr(latex) in str(raised.value)


def test_an_unknown_command_is_named():
    with pytest.raises(FormulaError, match=r"unknown: \\wibble\."):
        mathml(r"\wibble{x}")


def test_without_latex2mathml_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "latex2mathml.converter", None)
    with pytest.raises(FormulaError, match=r"pip install .*\[teach\]'"):
        mathml("x")
