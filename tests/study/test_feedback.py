"""What a learner meets when they call check, hint, solution and progress."""

import functools
import os
import random
import re
import signal
import sys
import threading
import time

import numpy as np
import pytest

import coursekit
from coursekit.study import feedback
from coursekit.study.feedback import check, hint, judged, progress, solution
from coursekit.study.store import store

pytestmark = pytest.mark.timeout(60)


def text(card):
    assert card._repr_mimebundle_()["text/plain"] == str(card)
    return str(card)


def numpy_state():
    return np.random.get_state()[1].tolist()  # noqa: NPY002


def test_a_right_answer_gets_all_points(right):
    assert text(check(right)).startswith("double: 4 of 4 points, pass")


def test_a_known_mistake_is_named_first(named):
    said = text(check(named(lambda x: x**2))).splitlines()
    assert said[0] == "double: 2 of 4 points, not yet"
    assert said[1] == "  Recognised: squared"


def test_an_exception_is_explained_and_not_raised(named):
    said = text(check(named(lambda x: x[7])))
    assert "error" in said and "IndexError" in said


def test_a_stub_is_todo(named):
    def stub(x):
        raise NotImplementedError("Your code here.")

    assert text(check(named(stub))).startswith("double: 0 of 4 points, todo")


def test_the_same_answer_gets_the_same_card(right):
    assert check(right) == check(right)


@pytest.mark.parametrize("error", [SystemExit, GeneratorExit, KeyboardInterrupt])
def test_whatever_the_answer_raises_check_does_not(error, named):
    def answer(x):
        raise error

    assert error.__name__ in text(check(named(answer)))


def test_a_loop_is_stopped_and_its_line_named(named, monkeypatch):
    monkeypatch.setenv("COURSEKIT_CHECK_SECONDS", "0.3")

    def answer(x):
        while True:
            x = x + 1

    start = time.monotonic()
    said = " ".join(text(check(named(answer))).split())
    assert time.monotonic() - start < 5
    assert "still running after 0.3 s" in said
    assert re.search("It was in line [23] of answer: `", said)
    assert judged(feedback.all_tasks()["double"], answer).criteria[0].reason == (
        "TIMEOUT_WALL"
    )


def test_a_loop_that_swallows_everything_is_stopped(named, monkeypatch):
    monkeypatch.setenv("COURSEKIT_CHECK_SECONDS", "0.3")

    def answer(x):
        while True:
            try:
                sum(range(9))
            except BaseException:
                pass

    assert "still running" in text(check(named(answer)))


def test_an_unusable_time_limit_is_noted(right, monkeypatch):
    monkeypatch.setenv("COURSEKIT_CHECK_SECONDS", "soon")
    assert "Note: COURSEKIT_CHECK_SECONDS must be" in text(check(right))


def test_an_interrupt_is_said_and_not_recorded(named):
    def answer(x):
        while True:
            pass

    threading.Timer(0.3, signal.raise_signal, [signal.SIGINT]).start()
    assert text(check(named(answer))).startswith("check was interrupted")
    assert store().standing("double").attempts == 0


def test_check_works_outside_the_main_thread(right):
    cards = []
    thread = threading.Thread(target=lambda: cards.append(check(right)))
    thread.start()
    thread.join(20)
    assert "4 of 4" in text(cards[0])


def test_the_session_is_left_as_it_was(named):
    def answer(x):
        random.seed(0)
        np.random.seed(0)  # noqa: NPY002
        os.environ["NEW"] = "1"
        np.seterr(all="raise")
        sys.stdout = None
        return 2 * x

    before = random.getstate(), numpy_state(), np.geterr()
    out, environment = sys.stdout, dict(os.environ)
    check(named(answer))
    after = random.getstate(), numpy_state(), np.geterr()
    assert after == before
    assert sys.stdout is out and dict(os.environ) == environment


def test_a_call_that_is_not_allowed_is_found(named):
    def double(x):
        return np.multiply(2, x)

    assert "numpy.multiply" in text(check(double))


def test_an_answer_without_source_is_judged_all_the_same(named):
    space = {}
    exec("def double(x):\n    return 2 * x", space)
    assert "4 of 4" in text(check(space["double"]))


def test_a_fault_of_ours_has_no_score_and_is_no_attempt(right, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(feedback, "judge_answer", broken)
    said = text(check(right))
    assert said.startswith("double: no score, not checked")
    assert "fault of the course" in said and "ZeroDivisionError: ours" in said
    assert store().standing("double").attempts == 0


@pytest.mark.parametrize("call", [check, hint, solution, progress])
def test_nothing_of_ours_ever_raises(call, right, monkeypatch):
    def broken():
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(feedback, "all_tasks", broken)
    said = text(call() if call is progress else call(right))
    assert said.startswith(f"{call.__name__} failed, and that is our fault")


class Silent:
    """An object that does not answer questions."""

    def __getattribute__(self, name):
        raise RuntimeError(name)


@pytest.mark.parametrize(
    ("thing", "says"),
    [
        (3, "check needs a function, not an int"),
        (None, "check needs a function, not None"),
        (np.zeros((2, 3)), "check needs a function, not an array of shape (2, 3)"),
        ((1, 2), "check needs a function, not a tuple"),
        (np, "check needs a function, not the module numpy"),
        (lambda x: x, "check does not know this function"),
        (len, "There is no task called len"),
        ("double", "Leave out the quotes: `check(double)`."),
        ("bouble", "Did you mean `double`?"),
    ],
)
def test_anything_else_is_told_what_check_wants(thing, says):
    said = text(check(thing))
    assert says in said and "Exercise 07_layer_norm: double, halve." in said


def test_an_object_that_answers_no_question_is_told_what_check_wants():
    said = text(check(Silent()))
    assert "check needs a function, not a Silent" in said


def test_nothing_at_all_is_told_what_check_wants():
    assert text(check()).startswith("check needs your function")


def test_a_misspelled_name_gets_the_nearest():
    def duoble(x):
        return 2 * x

    said = text(check(duoble))
    assert "no task called duoble" in said and "Did you mean `double`?" in said


def test_a_decorated_function_is_found(right):
    def decorated(answer):
        @functools.wraps(answer)
        def wrapper(x):
            return answer(x)

        return wrapper

    assert "4 of 4" in text(check(decorated(right)))
    assert "4 of 4" in text(check(functools.partial(right)))


def test_a_function_that_lost_its_name_is_found_by_its_variable(monkeypatch):
    answer = functools.cache(lambda x: None) and (lambda x: 2 * x)
    monkeypatch.setattr(sys.modules["__main__"], "double", answer, raising=False)
    assert "4 of 4" in text(check(answer))


def test_hints_come_one_by_one_and_the_last_stays(right):
    titles = [text(hint(right)).splitlines()[0] for _ in range(4)]
    assert titles == [f"double: hint {n} of 3" for n in (1, 2, 3, 3)]
    assert "    def double(x):" in text(hint("double"))


def test_a_solution_waits_for_an_attempt(right, named):
    def stub(x):
        raise NotImplementedError

    check(named(stub))
    assert text(solution(right)).startswith("double: try it first")


def test_a_solution_shows_answer_and_explanation(right, tmp_path, monkeypatch):
    source = tmp_path / "sources" / "07_layer_norm.py"
    source.parent.mkdir()
    source.write_text(
        '# %% tags=["answer"] task="double"\ndef double(x):\n    # BEGIN ANSWER\n'
        "    return x + x\n    # END ANSWER\n\n"
        "# %% [markdown]\n# Because $2x = x + x$.\n"
    )
    monkeypatch.setattr("coursekit.study.worked.SOLUTIONS", tmp_path)
    check(right)
    shown = solution(right)
    assert "def double(x):\n    return x + x\n" in text(shown)
    assert "ANSWER" not in text(shown)
    sides = shown._repr_mimebundle_()
    assert "text/html" not in sides
    assert "```python\ndef double(x):" in sides["text/markdown"]
    assert "Because $2x = x + x$." in sides["text/markdown"]


def test_a_solution_says_where_it_would_be(right, tmp_path, monkeypatch):
    monkeypatch.setattr("coursekit.study.worked.SOLUTIONS", tmp_path)
    check(right)
    assert "solutions/07_layer_norm.ipynb" in text(solution(right))


def test_progress_says_what_is_done_and_what_is_next(right):
    assert "0 of 2 done, 0 of 8 points" in text(progress())
    check(right)
    said = text(progress())
    assert "1 of 2 done, 4 of 8 points" in said
    assert "Next: halve in exercise 07_layer_norm, about 5 minutes." in said
    assert 'scope="rowgroup"' in progress().html


def test_progress_keeps_the_best_attempt(right, named):
    check(right)
    check(named(lambda x: x + 1))
    assert "4 of 8 points" in text(progress())


def test_the_package_offers_all_four():
    for name in ("check", "hint", "progress", "solution"):
        assert getattr(coursekit, name) is getattr(feedback, name)
