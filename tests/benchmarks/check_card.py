"""Print what `check` costs on a NumPy task: right and wrong, beside judging alone.

Run it from the root of the repository: ``python tests/benchmarks/check_card.py``.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable

from coursekit.autograders import all_tasks
from coursekit.grading.attempt import judge_answer
from coursekit.study.feedback import check

REPEATS = 50


def milliseconds(call: Callable[[], object]) -> float:
    """Return the median time of ``call`` in ms, after one call to warm up."""
    call()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def main() -> None:
    """Time a right and a wrong answer to ``layer_norm_forward``."""
    task = all_tasks()["layer_norm_forward"]

    def layer_norm_forward(x, gamma, beta, eps=1e-5):
        x_hat = (x - x.mean(-1, keepdims=True)) / (
            x.var(-1, keepdims=True) + eps
        ) ** 0.5
        return gamma * x_hat + beta, (
            x_hat,
            (x.var(-1, keepdims=True) + eps) ** -0.5,
            gamma,
        )

    right, wrong = layer_norm_forward, task.mistakes[0].answer
    wrong.__name__ = task.name
    print(f"median of {REPEATS} calls, ms          check   judging alone")
    for kind, answer in (("right", right), (f"wrong ({task.mistakes[0].name})", wrong)):
        whole = milliseconds(lambda answer=answer: check(answer))
        alone = milliseconds(lambda answer=answer: judge_answer(task, answer))
        print(f"{kind:<32}{whole:>8.1f}{alone:>12.1f}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ["COURSEKIT_HOME"] = home
        main()
