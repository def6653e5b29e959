"""Right statistics, wrong batch norm: special inputs, forms and side effects."""

import numpy as np

from coursekit.autograders.batch_norm.draws import only, only_in
from coursekit.autograders.batch_norm.forward_mistakes import (
    made,
    moved,
)
from coursekit.autograders.catalogue import Catalogue
from coursekit.probes.batch_norm import AGAIN, ALONE

SLIPS = Catalogue()
VIEWS = {"x is a transposed view", "x in Fortran order", "x is a reversed view"}
MOVED = {"running.mean afterwards", "running.var afterwards"}
GIVEN = {"x afterwards", "gamma afterwards", "beta afterwards"}

right = made()


def _one_pass_moments(x):
    mean = x.mean(0)
    return mean, np.square(x).mean(0) - mean**2


SLIPS.add(
    "variance in one pass",
    "E[x^2] - E[x]^2 is a variance on paper. In floating point it subtracts two large "
    "numbers that agree in most digits, and with a mean of 10 million little more than "
    "rounding is left. Subtract the mean first, then square.",
    shows=only_in("a mean of 10 million"),
)(made(moments=_one_pass_moments))

SLIPS.add(
    "another default for eps",
    "With eps given, y is right; with eps left out it is not. The card's default is "
    "1e-5, and the formula must use the argument.",
    shows=only_in("momentum and eps left out", "eps left out in evaluation"),
)(made(defaults=(0.1, 1e-3)))

SLIPS.add(
    "another default for momentum",
    "With momentum given, the running statistics are right; with momentum left out "
    "they are not. The card's default is 0.1, the weight of the new batch.",
    shows=only_in("momentum left out"),
)(made(defaults=(0.9, 1e-5)))

SLIPS.add(
    "y without the running statistics",
    "Only y came back. The caller keeps the running statistics between calls, so they "
    "must come back too: return `y, running`, in both modes.",
)(lambda x, gamma, beta, running, **rest: right(x, gamma, beta, running, **rest)[0])


@SLIPS.add(
    "one sample in training goes through",
    "One sample in training should raise a ValueError, and yours does not. Its "
    "variance is 0, so y would be beta whatever x is, and N - 1 = 0 spoils the running "
    "variance. Look at `len(x)` first.",
    shows=only(ALONE),
)
def _one_goes_through(x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5):
    if training and len(x) == 1:
        return 0 * x + beta, moved(running, x[0], np.nan * x[0], momentum)
    return right(x, gamma, beta, running, training=training, momentum=momentum, eps=eps)


@SLIPS.add(
    "one sample refused in evaluation too",
    "Evaluation uses nothing of the batch, so one sample is as good as many there. "
    "Only training needs more than one: ask for `training` before you raise.",
    shows=lambda wrong: wrong == {("one sample in evaluation", "raised")},
)
def _one_refused(x, gamma, beta, running, **rest):
    if len(x) < 2:
        raise ValueError("expected more than one sample")
    return right(x, gamma, beta, running, **rest)


@SLIPS.add(
    "depends on the memory layout",
    "With x laid out row by row y is right; with a view of the same numbers it is not. "
    "Use operations that go by position (axes, `reshape`), not by place in memory.",
    shows=only_in(*VIEWS),
)
def _by_memory(x, gamma, beta, running, **rest):
    return right(x.ravel(order="K").reshape(x.shape), gamma, beta, running, **rest)


@SLIPS.add(
    "an argument changed in place",
    "y is right, but `x` (or gamma, or beta) is not what it was: the caller's next "
    "line would work with other numbers. Write `x = x - mean`, which makes a new "
    "array, for `x -= mean`.",
    shows=only(*GIVEN),
)
def _in_place(x, gamma, beta, running, **rest):
    result = right(x, gamma, beta, running, **rest)
    x -= x.mean(0)
    return result


@SLIPS.add(
    "running statistics changed in place",
    "The new pair is right, but the arrays that came in were overwritten. Whoever kept "
    "the old statistics, to compare or to go back, has lost them. Make new arrays: "
    "(1 - momentum) * mean + momentum * batch_mean.",
    shows=lambda wrong: (
        any(value in MOVED for _, value in wrong)
        and {value for _, value in wrong} <= {*MOVED, AGAIN}
    ),
)
def _running_in_place(x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5):
    y, new = right(
        x, gamma, beta, running, training=training, momentum=momentum, eps=eps
    )
    if training:
        for old, part in zip(running, new, strict=True):
            old[...] = part
    return y, running


_kept = []


@SLIPS.add(
    "something kept between calls",
    "A second call with the same numbers gives another y. All that batch norm "
    "remembers comes in as `running` and goes out again; keep nothing in variables "
    "outside the function, and draw no random numbers.",
    shows=lambda wrong: ("one step of training", AGAIN) in wrong,
)
def _keeps(x, gamma, beta, running, **rest):
    y, new = right(x, gamma, beta, running, **rest)
    _kept.append(y)
    return y + 0.01 * (len(_kept) % 7), new
