"""What a call prints is kept in part, and an endless printer is stopped."""

import pytest

from coursekit.probes.outcome import Observed, Raised
from coursekit.probes.run import MOST_PRINTED, PRINTED, observe


def observed(answer):
    return observe(lambda answer, inputs: {"y": answer()}, answer, {})


def prints(count):
    def answer():
        for _ in range(count // 1000):
            print("x" * 999)
        return 1

    return answer


def test_a_chatty_answer_is_judged_and_its_first_words_are_kept():
    outcome = observed(prints(100_000))
    assert isinstance(outcome, Observed)
    assert outcome.printed.endswith("[cut here]")
    assert len(outcome.printed) < PRINTED + 20


def test_an_answer_that_prints_without_end_is_stopped_in_words():
    outcome = observed(prints(MOST_PRINTED + 2000))
    assert isinstance(outcome, Raised)
    assert outcome.type_name == "TooMuchPrinted"
    assert "1,048,576 characters" in outcome.message
    assert len(outcome.printed) < PRINTED + 20


def test_swallowing_the_stop_does_not_help():
    def answer():
        for _ in range(3):
            try:
                print("x" * MOST_PRINTED)
            except BaseException:
                pass
        return 1

    assert observed(answer).type_name == "TooMuchPrinted"


@pytest.mark.parametrize("text", ["", "ä" * 10])
def test_an_answer_that_prints_little_is_kept_whole(text):
    assert observed(lambda: print(text, end="")).printed == text
