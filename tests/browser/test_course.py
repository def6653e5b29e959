"""The course as a learner meets it: JupyterLab, lesson 07 and its exercise."""

import json
import re

import pytest

from coursekit.study.folder import course_folder

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LESSON, EXERCISE = "notebooks/07_layer_norm.ipynb", "exercises/07_layer_norm.ipynb"
ANSWER_TO, CHECK = "layer_norm_forward", "check-layer-norm-forward"
PICTURE = ".coursekit-explorer img, .coursekit-explorer svg"
NEWS = re.compile("news|update", re.IGNORECASE)

WRONG = '''
import numpy as np


def layer_norm_forward(x, gamma, beta, eps=1e-5):
    """Normalize each feature over the batch, which is batch norm's business."""
    mean = x.mean(axis=0, keepdims=True)
    inv_std = 1 / np.sqrt(x.var(axis=0, keepdims=True) + eps)
    x_hat = (x - mean) * inv_std
    return gamma * x_hat + beta, (x_hat, inv_std, gamma)
'''
RIGHT = WRONG.replace("axis=0", "axis=-1").replace(
    "Normalize each feature over the batch, which is batch norm's business.",
    "Normalize each vector over its own features.",
)


def needs(path):
    there = (course_folder() / path).is_file()
    return pytest.mark.skipif(not there, reason=f"{path} is not built")


def wait_until_other_than(before, element):
    """Wait until an explorer's picture or status line is not ``before`` any more.

    The element is looked up each time: ipywidgets replaces it at every change.
    """
    for _ in range(200):
        if what_is_shown(element) != before:
            return
        element.page.wait_for_timeout(100)
    pytest.fail(f"it did not change: {before[:200]}")


def what_is_shown(element):
    return element.evaluate("node => node.src ?? node.outerHTML")


def test_jupyterlab_opens_at_the_first_lesson_and_says_nothing_about_news(lab, browser):
    page = browser.new_page()
    page.goto(lab.url("/"))
    first = sorted((lab.folder / "notebooks").glob("*.ipynb"))[0].name
    page.get_by_role("tab", name=first).wait_for(timeout=90_000)
    page.wait_for_timeout(3000)  # the question about news would come in the first two
    assert page.locator(".Toastify__toast").filter(has_text=NEWS).count() == 0
    page.close()


def test_the_learner_s_own_theme_is_kept(page, lab):
    settings = "/lab/api/settings/@jupyterlab/apputils-extension:themes"
    change = "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})"

    def wait_for_theme(name):
        body = f'body[data-jp-theme-name="JupyterLab {name}"]'
        page.wait_for_selector(body, state="attached", timeout=60_000)

    page.evaluate(change, "JupyterLab Dark")
    wait_for_theme("Dark")
    page.wait_for_timeout(1000)  # JupyterLab saves a setting a moment later
    assert "JupyterLab Dark" in json.loads(lab.get(settings))["raw"]
    page.reload()
    wait_for_theme("Dark")
    page.wait_for_function("() => window.jupyterapp")
    page.evaluate(change, "JupyterLab Light")
    wait_for_theme("Light")


@needs(LESSON)
def test_lesson_07_runs_without_an_error_and_its_explorer_moves(open_notebook):
    lesson = open_notebook(LESSON)
    assert not any(cell.get("outputs") for cell in lesson.cells())
    lesson.run_all()
    assert lesson.errors() == []
    shown = lesson.in_view(lesson.cell_that_shows(".coursekit-explorer"))
    picture, status = shown.locator(PICTURE).first, shown.get_by_role("status").first
    before, told = what_is_shown(picture), what_is_shown(status)
    slider = shown.get_by_role("slider").first
    slider.focus()
    for _ in range(3):
        slider.press("ArrowLeft")
    wait_until_other_than(before, picture)
    wait_until_other_than(told, status)


@needs(EXERCISE)
def test_exercise_07_goes_from_todo_over_a_named_mistake_to_all_pass(open_notebook):
    exercise = open_notebook(EXERCISE)
    exercise.run_all()
    assert exercise.errors() == []
    assert "todo" in exercise.text_of(CHECK).lower()

    answer = exercise.answer_cell(ANSWER_TO)
    exercise.write(answer, WRONG)
    exercise.run(answer)
    exercise.run(CHECK)
    card = exercise.in_view(CHECK).locator(".ck-card")
    card.wait_for()
    assert "batch" in card.inner_text()
    assert "pass" in card.inner_text().lower()  # the shape is right, and said to be

    exercise.write(answer, RIGHT)
    exercise.run(answer)
    exercise.run(CHECK)
    text = exercise.text_of(CHECK).lower()
    assert "fail" not in text and "todo" not in text and "error" not in text
    assert exercise.errors() == []
