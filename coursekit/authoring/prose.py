"""Rules for the Markdown of notebooks: formulas, folded answers, links, pictures."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import nbformat
from nbformat import NotebookNode

FENCE = re.compile(r"^(```|~~~).*?^\1", re.M | re.S)
INLINE_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.S)
LINK = re.compile(r"(?<!!)\[(?:[^\]\[]|\[[^\]]*\])*\]\((?P<target>[^)\s]+)[^)]*\)")
#: The kind of the figure, its axes and a number or two take more.
WORDS_OF_A_FINDING = 10
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)


def prose_of(notebook: NotebookNode) -> Iterator[tuple[str, str]]:
    """Yield (id, text without code) of every Markdown cell."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            text = FENCE.sub("", cell.source)
            yield cell.id, INLINE_CODE.sub("code", text)


def formulas(notebook: NotebookNode) -> Iterator[str]:
    """Yield formulas that cannot be typeset: signs, braces or environments unpaired."""
    for cell_id, text in prose_of(notebook):
        text = text.replace(r"\$", "")
        pieces = text.split("$$")
        if len(pieces) % 2 == 0:
            yield f"[{cell_id}] '$$' is not paired"
            continue
        inline = [piece.split("$") for piece in pieces[::2]]
        for paragraph in (p for piece in pieces[::2] for p in piece.split("\n\n")):
            if paragraph.count("$") % 2:
                yield f"[{cell_id}] '$' is not paired in {paragraph.strip()[:60]!r}"
        for formula in [*pieces[1::2], *(f for parts in inline for f in parts[1::2])]:
            for slip in _slips(formula):
                yield f"[{cell_id}] {slip} in {formula.strip()[:60]!r}"


def _slips(formula: str) -> Iterator[str]:
    """Yield what is unpaired inside one formula."""
    if not formula.strip():
        yield "empty formula"
    depth = 0
    for brace in re.findall(r"[{}]", re.sub(r"\\[\\{}]", "", formula)):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            break
    if depth:
        yield "braces are not paired"
    begins = re.findall(r"\\begin\{(\w+\*?)\}", formula)
    ends = re.findall(r"\\end\{(\w+\*?)\}", formula)
    if sorted(begins) != sorted(ends):
        yield r"\begin and \end are not paired"
    if len(re.findall(r"\\left\b", formula)) != len(re.findall(r"\\right\b", formula)):
        yield r"\left and \right are not paired"


def folded_parts(notebook: NotebookNode) -> Iterator[str]:
    """Yield `<details>` that JupyterLab or GitHub would not fold or not render."""
    for cell_id, text in prose_of(notebook):
        opened, closed = text.count("<details"), text.count("</details>")
        if opened != closed:
            yield f"[{cell_id}] {opened} <details>, {closed} </details>"
        if opened != len(re.findall(r"<summary>.+?</summary>", text, re.S)):
            yield f"[{cell_id}] every <details> needs one <summary>…</summary>"
        lines = ["", *text.splitlines(), ""]
        for before, line, after in zip(lines, lines[1:], lines[2:], strict=False):
            if line.startswith("<details") and before.strip():
                yield f"[{cell_id}] <details> needs a blank line before it"
            if line.rstrip().endswith("</summary>") and after.strip():
                yield f"[{cell_id}] </summary> needs a blank line after it"
            if line.startswith("</details>") and (before.strip() or after.strip()):
                yield f"[{cell_id}] </details> needs blank lines around it"


def admonitions(notebook: NotebookNode) -> Iterator[str]:
    """Yield boxes in a dialect that JupyterLab shows as plain text."""
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        if re.search(r"^\s*(:::|`{3,}\s*\{|> \[!)", cell.source, re.M):
            yield f"[{cell.id}] a MyST or GitHub admonition; write a bold first word"


def pictures(notebook: NotebookNode) -> Iterator[str]:
    """Yield pictures without alt text, in the prose and among the outputs."""
    for cell in notebook.cells:
        texts = [cell.source] if cell.cell_type == "markdown" else []
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            texts.append(data.get("text/html", ""))
            if "image/png" in data and "<img" not in data.get("text/html", ""):
                yield f"[{cell.id}] a picture without alt text; use lesson.show"
        for text in texts:
            if re.search(r"!\[\s*\]\(", text):
                yield f"[{cell.id}] ![](…) without alt text"
            for image in re.findall(r"<img\b[^>]*>", text):
                if not re.search(r'\balt="[^"]+"', image):
                    yield f"[{cell.id}] <img> without alt text"


def findings(notebook: NotebookNode) -> Iterator[str]:
    """Yield figures whose alt text is too short to say what is found in them."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            page = output.get("data", {}).get("text/html", "")
            for alt in re.findall(r'<img\b[^>]*\balt="([^"]+)"', page):
                if len(alt.split()) < WORDS_OF_A_FINDING:
                    yield f"[{cell.id}] the alt text says no finding: {alt!r}"


def links(notebook: NotebookNode, path: Path) -> Iterator[str]:
    """Yield relative links whose file or heading is not there.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook with the links.
    path : Path
        Where it lies: links start from its folder.
    """
    for cell_id, text in prose_of(notebook):
        for found in LINK.finditer(text):
            target = unquote(found["target"])
            if ELSEWHERE.match(target):
                continue
            name, _, anchor = target.partition("#")
            file = path.parent / name if name else path
            if name and not file.exists():
                yield f"[{cell_id}] the link to {name} leads nowhere"
            elif anchor and file.suffix == ".ipynb":
                other = notebook if not name else nbformat.read(file, as_version=4)
                if anchor not in anchors(other):
                    yield f"[{cell_id}] {target}: there is no such heading"


def anchors(notebook: NotebookNode) -> set[str]:
    """Return the anchors of all headings, as JupyterLab and GitHub make them."""
    return {
        re.sub(r"[*`]", "", heading).strip().replace(" ", "-")
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for heading in re.findall(r"^#+ (.+)$", cell.source, re.M)
    }


#: Rules for the prose of every committed notebook; `links` also needs its path.
RULES = (formulas, folded_parts, admonitions, pictures, findings)
