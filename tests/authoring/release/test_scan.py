"""Whatever learners must not see is found, and is named with file, cell and line."""

import json
from pathlib import Path

import nbformat
import pytest

from coursekit.authoring.notebooks import METADATA
from coursekit.authoring.release.scan import scan
from coursekit.authoring.release.secrets import Answer, Secrets, bare, read_secrets

ROOT = Path(__file__).parents[3]
LINE = "inv_std = 1 / np.sqrt(var + eps)"
BODY = (
    "mean = x.mean(axis=-1, keepdims=True)",
    "var = ((x - mean) ** 2).mean(axis=-1, keepdims=True)",
    LINE,
    "x_hat = (x - mean) * inv_std",
    "return gamma * x_hat + beta, (x_hat, inv_std, gamma)",
)
WHY = "The last axis runs over the features of one vector, so that each has one mean."
NOTE = "Leave section 10 to the exercise, and let everybody commit to a guess first."
OUTPUT = "layer_norm_forward: all 10 points of 10, at the first attempt."
EXERCISE, LESSON = "exercises/07_layer_norm.ipynb", "notebooks/07_layer_norm.ipynb"


@pytest.fixture
def secrets():
    return Secrets(
        answers=[Answer("layer_norm_forward", BODY)],
        short={bare('answer("07-rank", 62'): "the answer to the question 07-rank"},
        prose={bare(WHY): "text of the solution (07_layer_norm)"},
        outputs={bare(OUTPUT): "saved output of a solution (07_layer_norm)"},
        notes={bare(NOTE): "a note for instructors (07_layer_norm)"},
    )


def notebook(*cells, **metadata):
    made = nbformat.v4.new_notebook(cells=list(cells))
    made.metadata = nbformat.from_dict({**METADATA, **metadata})
    return nbformat.writes(made).encode()


def code(source, **fields):
    return nbformat.v4.new_code_cell(source, id="a-cell", **fields)


def prose(source, **fields):
    return nbformat.v4.new_markdown_cell(source, id="a-cell", **fields)


def found(files, secrets):
    return [str(finding) for finding in scan(files, secrets)]


def test_a_finding_names_file_cell_and_line(secrets):
    files = {EXERCISE: notebook(code(f"def f(x):\n    {LINE}"))}
    assert found(files, secrets) == [
        f"{EXERCISE}, cell a-cell, line 2: a line of the answer to "
        f"layer_norm_forward: {LINE}"
    ]


@pytest.mark.parametrize(
    "line",
    [
        LINE,
        f"    # {LINE}",
        "inv_std=1/np.sqrt(var+eps)",
        f"- write `{LINE}`",
        f"{LINE}  # eps is under the root",
    ],
)
def test_a_line_of_an_answer_is_found_in_an_exercise_however_it_is_written(
    secrets, line
):
    assert found({EXERCISE: notebook(prose(line))}, secrets)


def test_a_lesson_may_explain_a_line_but_not_set_it_as_code(secrets):
    assert not found({LESSON: notebook(prose(f"| `{LINE}` | `dvar` |"))}, secrets)
    assert found({LESSON: notebook(code(LINE))}, secrets)


@pytest.mark.parametrize("line", ["return y", "with torch.no_grad():", "n = len(x)"])
def test_lines_that_are_nobody_s_own_are_no_finding(secrets, line):
    secrets.answers.append(Answer("another", (line,)))
    assert not found({EXERCISE: notebook(code(line))}, secrets)


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        (code('answer("07-rank", 62)'), "the answer to the question 07-rank"),
        (prose(WHY), "text of the solution"),
        (prose(f"> {OUTPUT}"), "saved output of a solution"),
        (prose(NOTE), "a note for instructors"),
        (code("# END ANSWER"), "an answer marker"),
        (code("x", metadata={"tags": ["instructor"]}), "tagged 'instructor'"),
        (prose("x", metadata={"tags": ["solution"]}), "tagged 'solution'"),
        (code("x", metadata={"execution": {}}), "metadata of the cell: execution"),
        (code("x", execution_count=3), "a saved output"),
        (
            code("x", outputs=[nbformat.v4.new_output("stream", text="3")]),
            "a saved output",
        ),
        (
            prose("x", attachments={"a.png": {"image/png": "aGk="}}),
            "attachments: a.png",
        ),
        (prose("![x](data:image/png;base64,aGk=)"), "cannot be searched"),
    ],
)
@pytest.mark.parametrize("name", [LESSON, EXERCISE])
def test_whatever_is_not_for_learners_is_found_in_a_notebook(secrets, name, cell, what):
    (finding,) = found({name: notebook(cell)}, secrets)
    assert finding.startswith(f"{name}, cell a-cell") and what in finding


def test_metadata_of_a_notebook_is_found(secrets):
    (finding,) = found({LESSON: notebook(widgets={"state": {}})}, secrets)
    assert finding == f"{LESSON}: metadata of the notebook: widgets"


def test_a_stub_with_its_prompt_is_no_finding(secrets):
    stub = 'def f(x):\n    raise NotImplementedError("Your code here.")'
    files = {EXERCISE: notebook(code(f'{stub}\n\n\nanswer("07-rank", ...)'))}
    assert found(files, secrets) == []


@pytest.mark.parametrize("name", ["README.md", ".binder/start", "pyproject.toml"])
def test_other_files_are_searched_too(secrets, name):
    assert found({name: f"x\n{LINE}\n".encode()}, secrets) == [
        f"{name}, line 2: a line of the answer to layer_norm_forward: {LINE}"
    ]


def test_a_whole_answer_is_found_in_the_package_except_where_definitions_live(secrets):
    module = "\n\n".join(("def f():", *BODY)).encode()
    assert found({"coursekit/plots/axes.py": module}, secrets) == [
        "coursekit/plots/axes.py, line 3: the answer to layer_norm_forward"
    ]
    assert not found({"coursekit/reference/layer_norm.py": module}, secrets)


def test_what_explains_an_answer_is_found_in_all_of_the_package(secrets):
    (finding,) = found({"coursekit/reference/x.py": f"# {WHY}".encode()}, secrets)
    assert "line 1: text of the solution" in finding


def test_a_marker_is_found_in_the_package_but_not_where_it_is_read(secrets):
    marker = b"    # BEGIN ANSWER"
    assert found({"coursekit/nets/x.py": marker}, secrets)
    assert not found({"coursekit/authoring/answers.py": marker}, secrets)


def test_a_folder_that_is_not_for_learners_is_found_by_its_name(secrets):
    files = {"notebooks/sources/07.py": b"x = 1"}
    assert "nothing in a folder 'sources'" in found(files, secrets)[0]


@pytest.mark.parametrize("text", ["{", '{"cells": 3}', json.dumps({"nbformat": 4})])
def test_a_notebook_that_cannot_be_read_is_not_let_through(secrets, text):
    (finding,) = found({EXERCISE: text.encode()}, secrets)
    assert "cannot be searched" in finding


def test_every_line_of_every_answer_of_the_course_would_be_found():
    known = read_secrets(ROOT)
    everything = [line for answer in known.answers for line in answer.own]
    files = {EXERCISE: notebook(code("\n".join(everything)))}
    found_in = {finding.line for finding in scan(files, known)}
    assert found_in == set(range(1, len(everything) + 1))


def test_every_short_answer_and_explanation_of_the_course_is_known():
    known = read_secrets(ROOT)
    scripts = [
        path.read_text("utf-8") for path in (ROOT / "solutions/sources").glob("*.py")
    ]
    assert len(known.short) == sum(text.count(")  # ANSWER\n") for text in scripts)
    assert len(known.answers) == len(
        {answer.task for answer in known.answers}
    )  # none is lost to another of its name
    assert known.prose and known.outputs and known.notes
