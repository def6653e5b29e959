"""Leave a learner's session as it was, whatever their answer does to it."""

import builtins
import contextlib
import os
import random
import sys
import warnings
from collections.abc import Iterator
from typing import Any, NoReturn

import numpy as np


@contextlib.contextmanager
def untouched() -> Iterator[None]:
    """Put the global state of the session back afterwards.

    Kept: random numbers (``random``, NumPy's old global generator, torch's when it is
    imported), warning filters, NumPy's error handling and print options, torch's
    gradient mode and default dtype, standard streams, working folder, environment,
    recursion limit. ``input()`` raises meanwhile: nobody is there to answer.

    Examples
    --------
    >>> before = random.getstate()
    >>> with untouched():
    ...     random.seed(0)
    >>> random.getstate() == before
    True
    """
    with contextlib.ExitStack() as stack:
        for keep in (_randomness, _numpy, _process, _streams, _torch):
            stack.enter_context(keep())
        stack.enter_context(warnings.catch_warnings())
        yield


def seed(number: int) -> None:
    """Begin the random numbers anew: ``random``'s, NumPy's old and torch's generator.

    Examples
    --------
    >>> with untouched():
    ...     seed(0)
    ...     first = random.random()
    ...     seed(0)
    ...     random.random() == first
    True
    """
    random.seed(number)
    np.random.seed(number)  # noqa: NPY002 - the one that learners may still use
    if torch := sys.modules.get("torch"):
        torch.default_generator.manual_seed(number)  # the CPU's alone: 3 ms less


@contextlib.contextmanager
def _randomness() -> Iterator[None]:
    numpy_state = np.random.get_state()  # noqa: NPY002 - theirs, kept as it was
    state = random.getstate()
    try:
        yield
    finally:
        np.random.set_state(numpy_state)  # noqa: NPY002
        random.setstate(state)


@contextlib.contextmanager
def _numpy() -> Iterator[None]:
    errors, options = np.geterr(), np.get_printoptions()
    try:
        yield
    finally:
        np.seterr(**errors)
        np.set_printoptions(**options)


@contextlib.contextmanager
def _process() -> Iterator[None]:
    """Keep working folder, environment and recursion limit."""
    try:
        folder = os.getcwd()  # noqa: PTH109  (not worth a path)
    except OSError:  # it was deleted meanwhile: there is nothing to go back to
        folder = None
    environment, limit = dict(os.environ), sys.getrecursionlimit()
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
        if dict(os.environ) != environment:
            os.environ.clear()
            os.environ.update(environment)
        if folder is not None:
            with contextlib.suppress(OSError):
                os.chdir(folder)


@contextlib.contextmanager
def _streams() -> Iterator[None]:
    kept = sys.stdin, sys.stdout, sys.stderr
    ask = builtins.input
    builtins.input = _no_input
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = kept
        builtins.input = ask


def _no_input(*_: Any, **__: Any) -> NoReturn:
    raise EOFError("there is nobody to answer input() during a check; use an argument")


@contextlib.contextmanager
def _torch() -> Iterator[None]:
    """Keep torch's state where torch is imported; never import it."""
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "get_rng_state"):
        yield
        return
    state, dtype = torch.get_rng_state(), torch.get_default_dtype()
    gradients, threads = torch.is_grad_enabled(), torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_rng_state(state)
        torch.set_default_dtype(dtype)
        torch.set_grad_enabled(gradients)
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)
