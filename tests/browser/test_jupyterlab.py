"""The course as a learner meets it: in JupyterLab, with a mouse or without.

All tests of a process share one JupyterLab, and each lesson runs once.
"""

import json
import re
from pathlib import Path

import nbformat
import pytest
from contrast_of_texts import faint_texts
from lab_page import has_focus, text_of
from our_html import OURS, THEIRS, faint_bars, what_axe_finds

from coursekit.study.folder import course_folder

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
LESSONS = sorted(path.stem for path in (course_folder() / "notebooks").glob("*.ipynb"))
NUMPY, TORCH = "07_layer_norm", "02_residual_connections"
ANSWER, CHECK = "answer-layer-norm-forward", "check-layer-norm-forward"
NEWS = re.compile("news|update", re.IGNORECASE)
#: statistics over the batch, where they should be over the features
OVER_THE_BATCH = '''
def layer_norm_forward(x, gamma, beta, eps=1e-5):
    """Normalize each feature over the batch, which is batch norm's business."""
    mean = x.mean(axis=0, keepdims=True)
    inv_std = 1 / np.sqrt(x.var(axis=0, keepdims=True) + eps)
    x_hat = (x - mean) * inv_std
    return gamma * x_hat + beta, (x_hat, inv_std, gamma)
'''


@pytest.fixture(scope="module")
def opened(request, lab_page):
    """Open a notebook of the study folder, run it whole, close it after its tests."""
    with lab_page.notebook(f"{request.param}.ipynb") as notebook:
        notebook.run_all()
        yield notebook


def in_each(folder: str, *names: str) -> pytest.MarkDecorator:
    """Run a test in each of some notebooks, which is ``opened``."""
    paths = [f"{folder}/{name}" for name in names]
    return pytest.mark.parametrize("opened", paths, ids=names, indirect=True)


in_each_lesson = in_each("notebooks", *LESSONS)


def answers_to(name: str) -> dict[str, str]:
    """Return what the solution has in the cells for answers, by the id of the cell."""
    solution = nbformat.read(ROOT / "solutions" / f"{name}.ipynb", as_version=4)
    return {
        cell.id: cell.source
        for cell in solution.cells
        if "answer" in cell.metadata.get("tags", ())
    }


def faults_by_theme(notebook) -> dict[str, list[str]]:
    """Return what axe-core and the eye would mend, in the light and in the dark."""
    notebook.put_all_on_the_page()
    page, texts = notebook.page, (", ".join(OURS), ", ".join([*THEIRS, "option"]))
    # JupyterLab's body has no height: axe takes all for hidden and looks at no colours
    found = what_axe_finds(page)
    return {
        theme: found + faint_bars(page) + faint_texts(page, *texts)
        for theme in notebook.lab.in_both_themes()
    }


def test_jupyterlab_opens_at_the_first_lesson_and_says_nothing_about_news(lab_page):
    page = lab_page.page
    page.get_by_role("tab", name=LESSONS[0]).wait_for(timeout=90_000)
    page.wait_for_function(
        "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"
    )
    # the question about news comes with the answer of the server that has them
    assert page.locator(".Toastify__toast").filter(has_text=NEWS).count() == 0
    assert any("/lab/api/" in url for url in lab_page.asked)
    assert [url for url in lab_page.asked if "/lab/api/news" in url] == []


def test_the_learner_s_own_theme_is_kept(lab_page, lab):
    lab_page.set_theme("Light")
    settings = "/lab/api/settings/@jupyterlab/apputils-extension:themes"
    with lab_page.page.expect_response(
        lambda answer: (
            "apputils-extension" in answer.url and answer.request.method == "PUT"
        )
    ):
        lab_page.set_theme("Dark")
    assert "JupyterLab Dark" in json.loads(lab.get(settings))["raw"]
    lab_page.open(lab.url("/lab") + "&reset")
    lab_page.wait_for_theme("Dark")
    lab_page.set_theme("Light")


@in_each("exercises", NUMPY, TORCH)
def test_an_exercise_goes_from_stubs_to_full_marks_by_keys_alone(opened):
    assert opened.errors() == []
    checks = [
        cell["id"] for cell in opened.code() if cell["source"].startswith("check(")
    ]
    assert all("todo" in opened.text_of(cell) for cell in checks)
    answers = answers_to(opened.name)
    for cell_id, source in answers.items():
        opened.type_into(cell_id, source)
        opened.run_by_keys(cell_id)
    for cell_id in [*checks, "progress"]:
        opened.run_by_keys(cell_id)
    for cell_id in checks:
        assert re.search(r": (\d+) of \1 points, pass", opened.text_of(cell_id))
    (of_this,) = re.findall(
        rf"  {opened.name}\n((?: {{4}}.*\n)+)", opened.text_of("progress")
    )
    points = re.findall(r"(\d+)/(\d+) points", of_this)
    assert len(points) == len(answers)
    assert all(reached == possible for reached, possible in points)
    assert opened.errors() == []


@in_each("exercises", NUMPY)
def test_a_mistake_is_named_on_a_card_that_reads_in_both_themes(opened):
    opened.type_into(ANSWER, OVER_THE_BATCH)
    opened.run_by_keys(ANSWER)
    opened.run_by_keys(CHECK)
    card = opened.in_view(CHECK).locator(".ck-card")
    assert "batch" in card.locator(".ck-mistake").inner_text()
    # the shape is right, and said to be
    assert "pass" in card.inner_text().lower()
    assert faults_by_theme(opened) == {"Light": [], "Dark": []}


@in_each_lesson
def test_a_lesson_runs_from_its_first_cell_to_its_last(opened):
    assert opened.errors() == []
    unrun = [cell["id"] for cell in opened.code() if cell["execution_count"] is None]
    assert unrun == []
    assert opened.lab.complaints == []


@in_each_lesson
def test_every_question_of_a_lesson_is_asked_with_its_guess(opened):
    asking = [cell for cell in opened.code() if "predict(" in cell["source"]]
    assert asking
    for cell in asking:
        said = text_of(cell["outputs"])
        assert "Predict: " in said and "Your guess: " in said, cell["id"]


@in_each_lesson
def test_every_explorer_of_a_lesson_is_moved_by_keys_alone(opened):
    moved = 0
    for explorer in opened.explorers():
        explorer.start()
        words = explorer.shown()[1]
        explorer.root.get_by_role("status").evaluate("n => { n.dataset.first = '' }")
        for control in explorer.controls():
            explorer.tab_to(control)
            before = explorer.shown()
            explorer.move(control)
            explorer.wait_until_other_than(before)
            assert has_focus(control)
            moved += 1
        # a screen reader announces words that change where there were others before
        assert explorer.root.locator("[role=status][data-first]").inner_text() != words
    assert moved
    assert opened.lab.complaints == []


@in_each_lesson
def test_every_control_of_an_explorer_says_what_it_changes(opened):
    for explorer in opened.explorers():
        labels = explorer.root.locator(".widget-label:visible").all_inner_texts()
        boxes = explorer.root.locator(".widget-label-basic").all_inner_texts()
        words = {text.strip() for text in labels + boxes} - {"", "\u200b"}
        named = {
            name
            for role in ("slider", "combobox", "checkbox")
            for name in words
            if explorer.root.get_by_role(role, name=name, exact=True).count()
        }
        assert named == words
        assert len(named) == len(explorer.controls())


@in_each_lesson
def test_axe_finds_nothing_to_mend_in_either_theme(opened):
    assert faults_by_theme(opened) == {"Light": [], "Dark": []}
