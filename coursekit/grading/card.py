"""The feedback card: a verdict as text and as HTML, the diagnosis first."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup, escape

from coursekit.grading.display import Card, printable
from coursekit.grading.heatmap import HeatMaps, draw
from coursekit.grading.reasons import Reason
from coursekit.grading.verdict import CriterionVerdict, Picture, Status, Verdict

GLYPHS = {
    Status.PASS: "✓",
    Status.FAIL: "✗",
    Status.ERROR: "!",
    Status.TODO: "○",
    Status.SKIPPED: "–",
}
_WORDS = {
    Status.PASS: "pass",
    Status.FAIL: "not yet",
    Status.ERROR: "error",
    Status.TODO: "todo",
    Status.SKIPPED: "skipped",
}
_WIDTH = 88


def card(verdict: Verdict) -> Card:
    """Return the card of ``verdict``: what a notebook and a terminal show.

    Parameters
    ----------
    verdict : Verdict
        The result of judging one task.

    Returns
    -------
    Card
        With ``card_text`` and ``card_html`` as its two sides.
    """
    return Card(card_text(verdict), card_html(verdict))


def card_text(verdict: Verdict) -> str:
    """Return the card as plain text: the same verdict gives the same text.

    Examples
    --------
    >>> passed = CriterionVerdict("The output has mean 0.", 2, Status.PASS, Reason.OK)
    >>> print(card_text(Verdict("layer_norm_forward", (passed,))))
    layer_norm_forward: 2 of 2 points, pass
      ✓ pass    2/2  The output has mean 0.
    """
    lines = [_headline(verdict)]
    for mistake in verdict.mistakes:
        lines += [
            f"  Recognised: {printable(mistake.name)}",
            *_wrapped(mistake.explanation, 4),
        ]
        if mistake.evidence:
            lines += _wrapped(f"What shows it: {mistake.evidence}", 4)
    for criterion in verdict.criteria:
        status, points = criterion.status, _points(criterion)
        lead = f"  {GLYPHS[status]} {status:<7} {points:<4} "
        lines += _wrapped(criterion.sentence, len(lead), first=lead)
        lines += _wrapped(criterion.message, len(lead))
    for note in verdict.notes:
        lines += _wrapped(f"Note: {note}", 2)
    return "\n".join(lines)


def card_html(verdict: Verdict) -> str:
    """Return the card as HTML for JupyterLab or a page; every text is escaped."""
    return page("card.html", headline=_headline(verdict), **card_parts(verdict))


def card_parts(verdict: Verdict) -> dict[str, Any]:
    """Return what the templates show of a verdict; each text is bounded, not escaped.

    Besides the card itself, the pages of the reports are made of it.
    """
    return {
        "task": printable(verdict.task),
        "score": _score(verdict),
        "word": _word(verdict),
        "tone": verdict.status.value,
        "mistakes": [
            {
                "name": printable(mistake.name),
                "explanation": printable(mistake.explanation),
                "evidence": printable(mistake.evidence),
            }
            for mistake in verdict.mistakes
        ],
        "rows": list(_rows(verdict)),
        "notes": [printable(note) for note in verdict.notes],
    }


def note_card(
    title: str,
    paragraphs: Sequence[str],
    *,
    code: str = "",
    after: Sequence[str] = (),
    tone: str = "todo",
) -> Card:
    """Return a card that says something other than a verdict.

    Parameters
    ----------
    title : str
        What happened, in a few words.
    paragraphs : sequence of str
        What was expected and what to do.
    code : str, default=""
        Set as it is, in a fixed-width font, below the paragraphs.
    after : sequence of str, optional
        Paragraphs below the code.
    tone : str, default="todo"
        The status whose colour the card's edge has.

    Returns
    -------
    Card
        Text and HTML, both escaped and bounded.
    """
    title, code = printable(title), printable(code, 4000, 60)
    above = [printable(paragraph) for paragraph in paragraphs]
    below = [printable(paragraph) for paragraph in after]
    lines = [title, *(line for text in above for line in _wrapped(text, 2))]
    if code:
        lines += ["", textwrap.indent(code, "    "), ""]
    lines += [line for text in below for line in _wrapped(text, 2)]
    html = page(
        "note.html", title=title, above=above, code=code, below=below, tone=tone
    )
    return Card("\n".join(lines).rstrip(), html)


def _headline(verdict: Verdict) -> str:
    return f"{printable(verdict.task)}: {_score(verdict)}, {_word(verdict)}"


def _unjudged(verdict: Verdict) -> bool:
    """Tell whether we failed, not the learner: then there is no score, not a zero."""
    return any(end.reason is Reason.GRADER_ERROR for end in verdict.criteria)


def _score(verdict: Verdict) -> str:
    if _unjudged(verdict):
        return "no score"
    return f"{verdict.score} of {verdict.out_of} points"


def _word(verdict: Verdict) -> str:
    return "not checked" if _unjudged(verdict) else _WORDS[verdict.status]


def _points(criterion: CriterionVerdict) -> str:
    if criterion.reason is Reason.GRADER_ERROR:
        return f"–/{criterion.out_of}"
    return f"{criterion.score}/{criterion.out_of}"


def _rows(verdict: Verdict) -> Iterator[dict[str, Any]]:
    """Yield what the template needs of each criterion; the first drawing is open."""
    first = True
    for criterion in verdict.criteria:
        maps = None
        if criterion.picture is not None and criterion.status is Status.FAIL:
            maps = draw(criterion.picture)
        yield {
            "status": criterion.status.value,
            "glyph": GLYPHS[criterion.status],
            "points": _points(criterion),
            "sentence": printable(criterion.sentence),
            "message": printable(criterion.message),
            "maps": maps,
            "title": _title(criterion.picture, maps) if maps else "",
            "open": first,
        }
        first = first and maps is None


def _title(picture: Picture, maps: HeatMaps) -> str:
    """Say which value, case and part of it the heat maps show."""
    where = ", ".join(filter(None, [f"case “{picture.case}”", maps.part]))
    return printable(f"Heat maps of {picture.value}, {where}")


def _prose(text: str) -> Markup:
    """Escape ``text`` and set what is between backticks as code.

    Examples
    --------
    >>> print(_prose("`a < b` is not C"))
    <code>a &lt; b</code> is not C
    """
    return Markup(re.sub(r"`([^`\n]+)`", r"<code>\1</code>", str(escape(text))))


def _wrapped(text: str, indent: int, first: str = "") -> list[str]:
    """Break ``text`` into lines of one indentation, keeping its own line breaks."""
    lines: list[str] = []
    for line in printable(text).split("\n") if text else []:
        lead = " " * (indent + len(line) - len(line.lstrip()))
        lines += textwrap.wrap(
            line.strip(),
            _WIDTH,
            initial_indent=lead if lines or not first else first,
            subsequent_indent=lead,
            break_on_hyphens=False,
        )
    return lines


def page(name: str, **content: Any) -> str:
    """Fill one of the package's templates; whatever it is given is escaped."""
    return _template(name).render(**content)


@cache
def _template(name: str) -> Any:
    environment = Environment(
        loader=PackageLoader("coursekit.grading"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["prose"] = _prose
    css = environment.loader.get_source(environment, "card.css")[0]
    environment.globals["style"] = Markup("<style>{}</style>").format(Markup(css))
    return environment.get_template(name)
