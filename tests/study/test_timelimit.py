"""An answer that does not come back is stopped, and the session goes on as before."""

import signal
import sys
import threading
import time

import numpy as np
import pytest

from coursekit.study import timelimit
from coursekit.study.timelimit import Stopped, seconds_allowed, within

pytestmark = pytest.mark.timeout(30)


def spin():
    while True:
        pass


def swallow_everything():
    while True:
        try:
            sum(range(10))
        except BaseException:
            pass


def swallow_and_go_on():
    while True:
        try:
            while True:
                sum(range(10))
        except BaseException:
            continue


def swallow_twice():
    while True:
        try:
            try:
                sum(range(10))
            except BaseException:
                pass
        except BaseException:
            pass


def swallow_then_return():
    try:
        spin()
    except BaseException:
        return 1


def sleep():
    time.sleep(1000)


def sleep_and_swallow():
    while True:
        try:
            time.sleep(1000)
        except BaseException:
            pass


def wait_for_a_lock():
    threading.Event().wait()


def recurse():
    while True:
        np.sort(np.random.default_rng(0).random(1000))


LOOPS = [
    spin,
    swallow_everything,
    swallow_and_go_on,
    swallow_twice,
    swallow_then_return,
    sleep,
    sleep_and_swallow,
    wait_for_a_lock,
    recurse,
]


@pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: loop.__name__)
def test_a_loop_is_stopped_in_the_main_thread(loop):
    start = time.monotonic()
    with pytest.raises(Stopped) as stopped:
        within(0.2, loop)
    assert time.monotonic() - start < 5
    assert not stopped.value.by_hand


@pytest.mark.parametrize("loop", [spin, swallow_then_return, recurse])
def test_a_loop_is_stopped_where_there_is_no_timer(loop, monkeypatch):
    monkeypatch.delattr(signal, "setitimer")
    with pytest.raises(Stopped) as stopped:
        within(0.2, loop)
    assert not stopped.value.by_hand


@pytest.mark.parametrize("loop", [spin, swallow_then_return, recurse])
def test_a_loop_is_stopped_in_another_thread(loop):
    ends = []

    def run():
        try:
            within(0.2, loop)
        except Stopped as stopped:
            ends.append(stopped)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(10)
    assert "line" in ends[0].place


def test_the_line_where_it_was_is_named():
    with pytest.raises(Stopped) as stopped:
        within(0.2, sleep)
    assert stopped.value.place == "line 2 of sleep: `time.sleep(1000)`"


def test_a_call_in_time_returns_its_result():
    assert within(5, lambda: 7) == 7


def test_an_exception_of_the_call_passes_through():
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 / 0)


@pytest.mark.parametrize("timer", [True, False], ids=["a timer", "no timer"])
def test_an_interrupt_stops_even_a_loop_that_swallows_it(timer, monkeypatch):
    if not timer:
        monkeypatch.delattr(signal, "setitimer", raising=False)
    threading.Timer(0.2, signal.raise_signal, [signal.SIGINT]).start()
    begin = time.monotonic()
    with pytest.raises(Stopped) as stopped:
        within(20, swallow_everything)
    assert stopped.value.by_hand
    assert time.monotonic() - begin < 10, "the clock stopped it"


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers here")
def test_timer_and_handlers_of_others_go_on_afterwards():
    rang = []
    mine, timer = signal.getsignal(signal.SIGALRM), signal.getitimer(0)
    try:
        signal.signal(signal.SIGALRM, lambda *_: rang.append(1))
        interrupt = signal.getsignal(signal.SIGINT)
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        with pytest.raises(Stopped):
            within(0.2, spin)
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] < 0.4
        assert signal.getsignal(signal.SIGINT) is interrupt
        time.sleep(0.5)
        assert rang == [1]
    finally:
        signal.signal(signal.SIGALRM, mine)
        signal.setitimer(signal.ITIMER_REAL, *timer)


def test_a_tracer_of_others_goes_on_afterwards():
    def tracer(*_):
        return None

    before = sys.gettrace()
    try:
        sys.settrace(tracer)
        with pytest.raises(Stopped):
            within(0.2, swallow_everything)
        after = sys.gettrace()
    finally:
        sys.settrace(before)
    assert after is tracer


def test_no_thread_of_ours_is_left(monkeypatch):
    monkeypatch.delattr(signal, "setitimer")
    assert within(100, lambda: 1) == 1
    time.sleep(0.1)
    assert "coursekit-watchdog" not in {t.name for t in threading.enumerate()}


@pytest.mark.parametrize(("setting", "seconds"), [("", 10), ("2.5", 2.5)])
def test_the_limit_can_be_set(setting, seconds, monkeypatch):
    monkeypatch.setenv(timelimit.VARIABLE, setting)
    assert seconds_allowed() == (seconds, "")


@pytest.mark.parametrize("setting", ["abc", "-1", "0", "nan", "inf"])
def test_an_unusable_limit_is_said_and_not_used(setting, monkeypatch):
    monkeypatch.setenv(timelimit.VARIABLE, setting)
    seconds, note = seconds_allowed()
    assert seconds == 10 and setting in note


def test_a_limit_of_no_time_is_refused():
    with pytest.raises(ValueError, match="seconds must be above 0; got 0"):
        within(0, spin)
