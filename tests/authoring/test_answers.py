"""Answer regions: what becomes a stub, and which slips stop the build."""

import pytest

from coursekit.authoring.answers import answer_lines, check_answer_cell, stub, worked
from coursekit.authoring.sources import BuildError, read_cells

SOURCE = '''\
def forward(x):
    """Return x twice."""
    # BEGIN ANSWER
    y = 2 * x

    # not code
    return y
    # END ANSWER'''

ONE_CELL = '# %% twice tags=["answer"] task="twice"\n'


def cell_of(text, folder):
    path = folder / "07_topic.py"
    path.write_text(text, encoding="utf-8")
    (cell,) = read_cells(path, "07_topic.py")
    return cell


def test_stub_keeps_signature_and_docstring_and_raises_in_place_of_the_answer():
    assert stub(SOURCE, "") == (
        'def forward(x):\n    """Return x twice."""\n'
        '    raise NotImplementedError("Your code here.")'
    )


def test_worked_answer_is_shown_without_markers():
    assert worked(SOURCE, "").splitlines()[2] == "    y = 2 * x"
    assert "ANSWER" not in worked(SOURCE, "")


def test_comments_and_blank_lines_are_no_answer_lines():
    assert answer_lines(SOURCE) == ["y = 2 * x", "return y"]


def test_several_answers_in_one_cell_are_all_replaced():
    text = "class A:\n" + "\n".join(
        f"    def {name}(self):\n        # BEGIN ANSWER\n        return {name!r}\n"
        "        # END ANSWER"
        for name in ("f", "g")
    )
    assert stub(text, "").count("NotImplementedError") == 2
    assert "return" not in stub(text, "")


@pytest.mark.parametrize(
    ("text", "slip"),
    [
        ("# BEGIN ANSWER\nx = 1", "unpaired"),
        ("x = 1\n# END ANSWER", "unpaired"),
        ("# BEGIN ANSWER\n# BEGIN ANSWER\n# END ANSWER", "nested"),
        ("if x:\n    # BEGIN ANSWER\n    y\n  # END ANSWER", "wrongly indented"),
        (
            "if x:\n    # BEGIN ANSWER\ny = 1\n    # END ANSWER",
            "leaves its indentation",
        ),
        ("#BEGIN ANSWER\nx = 1\n# END ANSWER", "no answer marker"),
        ("x = 1  # BEGIN ANSWER\n# END ANSWER", "no answer marker"),
    ],
)
def test_slip_in_the_markers_names_file_and_cell(text, slip):
    with pytest.raises(BuildError, match=rf"07, cell f: .*{slip}"):
        stub(text, "07, cell f")


@pytest.mark.parametrize(
    ("text", "slip"),
    [
        ("# %% twice\n" + SOURCE, "must have the tag 'answer'"),
        (ONE_CELL + "x = 1", "tagged 'answer' must have one"),
        ('# %% twice tags=["answer"]\n' + SOURCE, "must name its task"),
        (ONE_CELL + "# BEGIN ANSWER\n# hm\n# END ANSWER", "1 to 15 lines"),
        (
            ONE_CELL + "# BEGIN ANSWER\n" + "x = 1\n" * 16 + "# END ANSWER",
            "1 to 15 lines of code; got 16",
        ),
        (
            ONE_CELL + "x = [\n# BEGIN ANSWER\n1\n# END ANSWER\n]",
            "without its answer the cell is not Python",
        ),
    ],
)
def test_answer_cell_that_breaks_a_rule_stops_the_build(tmp_path, text, slip):
    with pytest.raises(BuildError, match=rf"07_topic\.py, cell twice: .*{slip}"):
        check_answer_cell(cell_of(text, tmp_path), "07_topic.py")


def test_answer_cell_that_keeps_the_rules_passes(tmp_path):
    cell = cell_of(ONE_CELL + SOURCE, tmp_path)
    check_answer_cell(cell, "07_topic.py")
    assert cell.metadata == {"tags": ["answer"], "task": "twice"}


SHORT = 'answer("07-rank", 62)  # ANSWER'


def test_a_short_answer_becomes_three_dots_and_is_worked_without_its_marker(tmp_path):
    assert stub(f"x = 1\n{SHORT}", "") == 'x = 1\nanswer("07-rank", ...)'
    assert worked(SHORT, "") == 'answer("07-rank", 62)'
    assert stub('answer("a", (2, f(3)))  # ANSWER', "") == 'answer("a", ...)'
    cell = cell_of('# %% rank tags=["answer"] task="07-rank"\n' + SHORT, tmp_path)
    check_answer_cell(cell, "07_topic.py")


def test_a_short_answer_that_is_not_one_call_on_one_line_stops_the_build(tmp_path):
    text = '# %% rank tags=["answer"] task="07-rank"\nrank = 62  # ANSWER'
    with pytest.raises(BuildError, match="must end a line such as"):
        check_answer_cell(cell_of(text, tmp_path), "07_topic.py")


def test_a_short_answer_without_the_tag_stops_the_build(tmp_path):
    with pytest.raises(BuildError, match="must have the tag 'answer'"):
        check_answer_cell(cell_of(f"# %% rank\n{SHORT}", tmp_path), "07_topic.py")
