r"""Formulas of the lessons as MathML, which browsers typeset by themselves.

`latex2mathml` reads LaTeX well; what it writes is older than the MathML Core that
browsers agreed on. Here its result is parsed (so that it is known to be well formed)
and its habits are put right, each in one small function that says what was wrong.
"""

import re
import xml.etree.ElementTree as ET

from coursekit.authoring.sources import BuildError
from coursekit.extras import how_to_install

#: What it does not know, in words it does.
SPELLINGS = (
    (re.compile(r"\\(begin|end)\{aligned\}"), r"\\\1{split}"),
    (re.compile(r"\\(begin|end)\{gathered\}"), r"\\\1{gather*}"),
    # before 3.81 it refuses three primes in a row
    (re.compile("'''"), r"^{\\prime\\prime\\prime}"),
)
#: Bars that come in pairs, each marked by a character of its own: a browser must know
#: which opens and which closes, and latex2mathml writes both the same way.
FENCES = {
    r"\lVert": ("\ue000", "‖", "prefix"),
    r"\rVert": ("\ue001", "‖", "postfix"),
    r"\lvert": ("\ue002", "|", "prefix"),
    r"\rvert": ("\ue003", "|", "postfix"),
}
TAG = re.compile(r"\\tag\*?\{([^{}]*)\}")
#: Where bold, script and double-struck letters begin in Unicode: A, a, 0.
LETTERS = {
    "bold": (0x1D400, 0x1D41A, 0x1D7CE),
    "bold-italic": (0x1D468, 0x1D482, 0x1D7CE),
    "script": (0x1D49C, 0x1D4B6, None),
    "double-struck": (0x1D538, 0x1D552, 0x1D7D8),
}
#: Letters that Unicode had before the others, and holes where they would be.
OLDER = dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True))
OLDER_STRUCK = dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True))
#: Signs that latex2mathml takes for variables, with the spaces of neither.
SIGNS = frozenset("±∓⌊⌋⌈⌉×÷∘⊙⊗⊕∼≲≳")
BARS = "\u00af\u2015\u203e"


class FormulaError(BuildError):
    """A formula cannot be written as MathML; the message holds it."""


def mathml(latex: str, *, block: bool = False) -> str:
    r"""Return one formula as a ``<math>`` element.

    Parameters
    ----------
    latex : str
        What stands between the dollar signs.
    block : bool, default=False
        True for a formula on a line of its own.

    Returns
    -------
    page : str
        HTML without any LaTeX in it. A ``\tag`` stands beside the formula.

    Raises
    ------
    FormulaError
        If latex2mathml is missing, or the formula has a command it does not know, or
        what comes out is not well formed.

    Examples
    --------
    >>> mathml("x_i")
    '<math display="inline"><mrow><msub><mi>x</mi><mi>i</mi></msub></mrow></math>'
    """
    number = TAG.search(latex)
    tree = _converted(TAG.sub("", latex).strip(), "block" if block else "inline")
    for element in list(tree.iter()):
        _mark_fence(element)
        _write_letters(element)
        _make_operator(element)
        _space_name(element)
        _stretch_bar(element)
        _align(element)
    _close_up_names(tree)
    page = ET.tostring(tree, encoding="unicode")
    if number:
        page += f'<span class="formula-number">({number[1]})</span>'
    return page


def display(latex: str) -> str:
    r"""Return what stands between double dollar signs, ready to wrap on a phone.

    Formulas that the author set apart by ``\qquad`` become elements of their own.

    Examples
    --------
    >>> display(r"a \qquad b").count("<math")
    2
    """
    parts = latex.split(r"\qquad")
    if not all(map(_is_whole, parts)):
        parts = [latex]
    made = "\n".join(mathml(part, block=True) for part in parts)
    return f'<span class="formula">{made}</span>'


def _is_whole(latex: str) -> bool:
    """Tell whether a piece of a formula is one by itself: what opens also closes."""
    pairs = ((r"(?<!\\)\{", r"(?<!\\)\}"), (r"\\left\b", r"\\right\b"))
    pairs += ((r"\\begin\b", r"\\end\b"),)
    counts = [[len(re.findall(side, latex)) for side in pair] for pair in pairs]
    return bool(latex.strip()) and all(opened == closed for opened, closed in counts)


def _converted(latex: str, display: str) -> ET.Element:
    try:
        from latex2mathml.converter import convert
    except ImportError:
        raise FormulaError(
            "latex2mathml writes the formulas, and it is not installed here. Install "
            f"what teachers need: {how_to_install('teach')}."
        ) from None
    written = latex
    for pattern, known in SPELLINGS:
        written = pattern.sub(known, written)
    for command, (mark, _, _) in FENCES.items():
        written = re.sub(re.escape(command) + r"(?![A-Za-z])", f"{mark} ", written)
    advice = (
        "Write it with commands latex2mathml knows, or add a spelling in "
        "coursekit/authoring/book/formulas.py."
    )
    try:
        made = convert(written, display=display)
        tree = ET.fromstring(re.sub(r' xmlns="[^"]*"', "", made))
    except ET.ParseError as error:
        raise FormulaError(
            f"the formula {latex!r} must become well-formed MathML; it does not "
            f"({error}). {advice}"
        ) from None
    except Exception as error:  # latex2mathml has a dozen of its own and lets others by
        raise FormulaError(
            f"latex2mathml must read the formula {latex!r}; it fails with "
            f"{type(error).__name__}. {advice}"
        ) from error
    unknown = sorted({t for e in tree.iter() if "\\" in (t := e.text or "")})
    if unknown:
        raise FormulaError(
            f"every command in the formula {latex!r} must be known; unknown: "
            f"{', '.join(unknown)}. {advice}"
        )
    return tree


def _mark_fence(element: ET.Element) -> None:
    for mark, sign, form in FENCES.values():
        if element.text == mark:
            element.tag, element.text = "mo", sign
            element.attrib.update(form=form, stretchy="false")


def _write_letters(element: ET.Element) -> None:
    """Write bold as bold letters: of ``mathvariant`` browsers kept only "normal"."""
    starts = LETTERS.get(element.get("mathvariant", ""))
    if starts is None or not element.text:
        return
    older = {"script": OLDER, "double-struck": OLDER_STRUCK}
    known = older.get(element.attrib.pop("mathvariant"), {})
    element.text = "".join(known.get(c) or _letter(c, starts) for c in element.text)


def _letter(char: str, starts: tuple[int, int, int | None]) -> str:
    for first, start in zip("Aa0", starts, strict=True):
        count = 10 if first == "0" else 26
        if start and 0 <= ord(char) - ord(first) < count:
            return chr(start + ord(char) - ord(first))
    return char


def _make_operator(element: ET.Element) -> None:
    if element.tag == "mi" and element.text in SIGNS:
        element.tag = "mo"
    if (
        element.tag == "mo"
        and element.text in ("/", "|")
        and "form" not in element.attrib
    ):
        element.attrib.update(lspace="0", rspace="0")
    if element.tag == "mi" and element.text and set(element.text) <= set("′″‴⁗"):
        element.tag = "mo"
        element.set("class", "prime")
    if element.tag == "mspace" and element.get("width") == "negativethinmathspace":
        element.set("width", "-0.167em")


def _space_name(element: ET.Element) -> None:
    """Give std, max and log the thin spaces of LaTeX; signs get wider ones."""
    if element.tag in ("mo", "mi") and re.fullmatch("[A-Za-z]{2,}", element.text or ""):
        element.tag = "mo"
        element.attrib.update(lspace="0.167em", rspace="0.167em")


def _close_up_names(tree: ET.Element) -> None:
    """Take the space between a name and its bracket away: std(x), not std (x)."""
    for parent in tree.iter():
        children = list(parent)
        for child, after in zip([None, *children], [*children, None], strict=True):
            name = child
            while name is not None and name.tag in ("msub", "msup", "munder"):
                name = name[0]
            if name is None or name.get("rspace") is None:
                continue
            if after is None or (after.text or "")[:1] in ("(", "[", "{"):
                name.set("rspace", "0")
            if children[0] is child:
                name.set("lspace", "0")


def _stretch_bar(element: ET.Element) -> None:
    """Draw a bar over its whole argument with a border, whatever the fonts can do."""
    if element.tag == "mover" and len(element) == 2 and element[1].text in BARS:
        content = element[0]
        wide = len(content) > 1 or element[1].text == "\u2015"
        if wide:
            tail = element.tail
            element.clear()
            element.tag, element.tail = "mrow", tail
            element.set("class", "overline")
            element.append(content)


def _align(element: ET.Element) -> None:
    """Say in CSS how a column is set: browsers leave ``columnalign`` out."""
    side = element.attrib.pop("columnalign", None)
    if element.tag == "mtd" and side in ("left", "right"):
        element.set("class", side)
    for old in ("rowspacing", "columnspacing"):
        element.attrib.pop(old, None)
