"""Every rule of hygiene finds what it is there for, and lets the rest pass."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from coursekit.authoring import hygiene, prose


def code(source="x = 1", cell_id="code", outputs=(), tags=(), count=1):
    return new_code_cell(
        source,
        id=cell_id,
        outputs=[nbformat.from_dict(out) for out in outputs],
        metadata={"tags": list(tags)},
        execution_count=count,
    )


def text(source, cell_id="text", tags=()):
    return new_markdown_cell(source, id=cell_id, metadata={"tags": list(tags)})


def stream(written, name="stdout"):
    return new_output("stream", text=written, name=name)


def shown(**data):
    return new_output("display_data", {k.replace("_", "/"): v for k, v in data.items()})


def found(rule, *cells, **metadata):
    notebook = new_notebook(metadata=metadata)
    notebook.cells = list(cells)
    return list(rule(notebook))


TWENTY_ONE = "\n".join(["x = 1"] * 21)
LONG = "def f():\n" + "\n".join(["    x = 1"] * 8)

BROKEN = [
    (hygiene.local_traces, code(outputs=[stream("saved in /home/ana/x.png")])),
    (hygiene.local_traces, code(outputs=[stream(r"C:\Users\ana")])),
    (hygiene.local_traces, text("Open `/Users/ana/course`.")),
    (hygiene.local_traces, code(outputs=[shown(text_plain="<f at 0x7f3a2b10>")])),
    (hygiene.silent_ends, code("x = 1;\n")),
    (hygiene.noise, code(outputs=[stream("UserWarning: no", name="stderr")])),
    (hygiene.noise, code(outputs=[new_output("error", ename="E", evalue="no")])),
    (hygiene.noise, code(outputs=[stream("'x' is not one of the choices")])),
    (hygiene.speaking_ids, code(cell_id="3f829b7f")),
    (hygiene.speaking_ids, code(cell_id="deadbeef-1")),
    (hygiene.speaking_ids, code(cell_id="Cell-1")),
    (hygiene.known_tags, code(tags=["instructr"])),
    (hygiene.executed, code(count=None)),
    (hygiene.executed, code(count=7)),
    (hygiene.not_executed, code(count=1)),
    (hygiene.not_executed, code(count=None, outputs=[stream("x")])),
    (hygiene.short_cells, code("\n".join(["x = 1"] * 7))),
    (hygiene.small_definitions, code("class A:\n    pass")),
    (hygiene.small_definitions, code(LONG)),
    (hygiene.instructor_cells, text("10 min")),
    (hygiene.instructor_cells, text("Take your time.", tags=["instructor"])),
    (prose.formulas, text("A price of $5.")),
    (prose.formulas, text("$$x = 1")),
    (prose.formulas, text(r"$\frac{1}{2$")),
    (prose.formulas, text(r"$$\begin{cases} x \end{aligned}$$")),
    (prose.formulas, text(r"$\left( x$")),
    (prose.formulas, text("$$ $$")),
    (prose.folded_parts, text("<details>\n<summary>A</summary>\n\nB\n")),
    (prose.folded_parts, text("<details>\n\nB\n\n</details>")),
    (prose.folded_parts, text("<details>\n<summary>A</summary>\nB\n\n</details>")),
    (prose.folded_parts, text("<details>\n<summary>A</summary>\n\nB\n</details>")),
    (prose.folded_parts, text("T\n<details>\n<summary>A</summary>\n\nB\n\n</details>")),
    (prose.admonitions, text("> [!NOTE]\n> Hm.")),
    (prose.admonitions, text(":::{note}\nHm.\n:::")),
    (prose.admonitions, text("```{note}\nHm.\n```")),
    (prose.pictures, text("![](x.png)")),
    (prose.pictures, text('<img src="x.png">')),
    (prose.pictures, code(outputs=[shown(text_html='<img alt="">')])),
    (prose.pictures, code(outputs=[shown(image_png="iVBO")])),
    (prose.findings, code(outputs=[shown(text_html='<img alt="A line">')])),
]
FINE = [
    (hygiene.local_traces, text(r"$f:\mathbb R^d$, and/or, https://x.org/home/a")),
    (hygiene.local_traces, code(outputs=[shown(image_png="a/home/b0x1234567")])),
    (
        hygiene.local_traces,
        code(outputs=[shown(text_html='<img src="data:image/png;base64,x/tmp/a">')]),
    ),
    (hygiene.speaking_ids, code(cell_id="deaf-ear_2")),
    (hygiene.short_cells, code("# why\n\n" + "x = 1\n" * 6)),
    (hygiene.instructor_cells, text("Take 10 min.", tags=["instructor"])),
    (
        prose.formulas,
        text(r"It costs \$5, `$HOME`, $\{x\}_{i}$ and $$\left(a\right)$$"),
    ),
    (prose.formulas, text("```\n$ pytest\n```")),
    (
        prose.folded_parts,
        text("T\n\n<details>\n<summary>A</summary>\n\nB\n\n</details>\n\nC"),
    ),
    (prose.admonitions, text("> **Note.** Hm.\n\n```python\nx\n```")),
    (prose.pictures, text("![A line](x.png)")),
    (
        prose.pictures,
        code(outputs=[shown(image_png="iVBO", text_html='<img alt="A line">')]),
    ),
    (prose.findings, text('<img alt="Open in Colab" src="x.svg">')),
    (
        prose.findings,
        code(
            outputs=[
                shown(text_html='<img alt="A line of loss over steps, from 3 to 0.5">')
            ]
        ),
    ),
]


@pytest.mark.parametrize(
    ("rule", "cell"),
    BROKEN,
    ids=[f"{r.__name__}-{n}" for n, (r, _) in enumerate(BROKEN)],
)
def test_rule_finds_its_slip_once_and_names_the_cell(rule, cell):
    findings = found(rule, cell)
    assert len(findings) == 1, findings


@pytest.mark.parametrize(
    ("rule", "cell"), FINE, ids=[f"{r.__name__}-{n}" for n, (r, _) in enumerate(FINE)]
)
def test_rule_lets_what_only_looks_like_a_slip_pass(rule, cell):
    assert found(rule, cell) == []


def test_stored_widget_state_is_found():
    assert found(hygiene.stored_state, code(), widgets={}) != []


def test_one_long_cell_among_short_ones_is_found():
    short = [code("x", "one"), code("x", "two")]
    findings = found(hygiene.short_cells, *short, code(TWENTY_ONE, "long"))
    assert findings == ["[long] has 21 lines of code; at most 20"]


def test_repeated_id_is_found():
    notebook = new_notebook(cells=[code(cell_id="one"), code(cell_id="two")])
    notebook.cells[1].id = "one"
    assert list(hygiene.speaking_ids(notebook)) == ["[one] is the id of 2 cells"]


def test_line_of_an_answer_is_found_wherever_the_exercise_shows_it():
    source = "# BEGIN ANSWER\nmu = x.mean(axis=-1)\nreturn x, mu, None\n# END ANSWER"
    hint = text("Write `mu = x.mean(axis=-1)` first; then `return x, mu, None`.")
    findings = list(hygiene.answers_in(new_notebook(cells=[hint]), [source]))
    assert findings == ["[text] shows the answer's line 'mu = x.mean(axis=-1)'"]


def test_marker_left_in_an_exercise_is_found():
    cell = code("# BEGIN ANSWER")
    (finding,) = hygiene.answers_in(new_notebook(cells=[cell]), [])
    assert "shows an answer marker" in finding


@pytest.mark.parametrize(
    ("link", "findings"),
    [
        ("other.ipynb", 0),
        ("other.ipynb#What-it-means", 0),
        ("#Here-we-go", 0),
        ("https://arxiv.org/abs/1607.06450", 0),
        ("missing.ipynb", 1),
        ("other.ipynb#what-it-means", 1),
        ("#Nowhere", 1),
    ],
)
def test_relative_links_lead_to_files_and_headings(tmp_path, link, findings):
    other = new_notebook(cells=[text("## What it means")])
    nbformat.write(other, tmp_path / "other.ipynb")
    here = new_notebook(cells=[text(f"# Here *we* `go`\n\n[see [1]]({link})")])
    assert len(list(prose.links(here, tmp_path / "here.ipynb"))) == findings
