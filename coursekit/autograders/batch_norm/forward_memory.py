"""Wrong running statistics: what is remembered, how fast, and when it is used."""

from collections.abc import Mapping

import numpy as np

from coursekit.autograders.batch_norm.forward_mistakes import (
    affine,
    inv_std,
    made,
    moved,
    remembered,
    unbiased,
)
from coursekit.autograders.catalogue import Catalogue

MEMORY = Catalogue()


def weight_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say how far the running mean went from the old value to the batch's."""
    batch = inputs.get("batch 1", inputs["x"]).mean(0)
    old, new = inputs["mean"], got["running.mean"]
    share = ((new - old) / (batch - old))[0]
    momentum = inputs.get("momentum", 0.1)
    return (
        f"with momentum = {momentum} your running mean goes {share:.2f} of the way "
        f"from the old value to the batch's; the card asks for {momentum}"
    )


def entering_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say how the variance that enters the running one relates to the right one."""
    x, momentum = inputs.get("batch 1", inputs["x"]), inputs.get("momentum", 0.1)
    stays = (1 - momentum) * inputs["var"]
    enters = ((got["running.var"] - stays) / momentum / unbiased(x))[0]
    return f"with N = {len(x)} the variance you remember is {enters:.3f} of the card's"


def half_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say which running variance came out beside the right one."""
    return (
        f"your first running variance is {got['running.var'].flat[0]:.3f}; it should "
        f"be {expected['running.var'][0]:.3f}"
    )


MEMORY.add(
    "running statistics never updated",
    "Training returns the running statistics as they came. Evaluation would then work "
    "with the mean 0 and the variance 1 of the start, whatever the data are like. "
    "Return a new pair, moved towards the batch.",
)(made(remember=lambda running, x, momentum: running))

MEMORY.add(
    "momentum the other way round",
    "You weigh the old value with momentum and the batch with 1 - momentum: the "
    "convention of Keras, Flax and CS231n, where 0.9 or 0.99 is usual. The card has "
    "torch's: new = (1 - momentum) * old + momentum * batch.",
    evidence=weight_shown,
)(made(remember=lambda running, x, momentum: remembered(running, x, 1 - momentum)))

MEMORY.add(
    "biased variance remembered",
    "The running variance takes in the variance divided by N. Keras, Flax and CS231n "
    "do so too: it is a convention. The card has torch's and the paper's, "
    "which remembers var * N / (N - 1), since a batch underestimates the variance of "
    "the data.",
    evidence=entering_shown,
)(
    made(
        remember=lambda running, x, momentum: moved(
            running, x.mean(0), x.var(0), momentum
        )
    )
)

MEMORY.add(
    "N - 1 corrected twice",
    "You multiply by N / (N - 1) a variance that was divided by N - 1 already. Take "
    "`x.var(0) * N / (N - 1)` or `x.var(0, ddof=1)`, not both.",
    evidence=entering_shown,
)(
    made(
        remember=lambda running, x, momentum: moved(
            running, x.mean(0), unbiased(x) * len(x) / (len(x) - 1), momentum
        )
    )
)

MEMORY.add(
    "running standard deviation",
    "You remember the standard deviation where the card has the variance. Other "
    "libraries could not load it, and evaluation would take a root once too often or "
    "once too little. Put the variance into the pair, without eps and without a root.",
    evidence=half_shown,
)(
    made(
        remember=lambda running, x, momentum: moved(
            running, x.mean(0), np.sqrt(unbiased(x)), momentum
        )
    )
)

MEMORY.add(
    "running standard deviation, of the biased variance",
    "You remember the root of the variance divided by N. The card has the variance "
    "itself, without a root, and multiplied by N / (N - 1), as torch does. What you "
    "normalize this batch with is another matter.",
    evidence=half_shown,
)(made(remember=lambda running, x, m: moved(running, x.mean(0), x.std(0), m)))

MEMORY.add(
    "only the last batch remembered",
    "The new pair is the last batch's mean and variance; the old pair and momentum "
    "play no part. One batch is a noisy estimate: mix old and new, "
    "new = (1 - momentum) * old + momentum * batch.",
    evidence=weight_shown,
)(made(remember=lambda running, x, momentum: (x.mean(0), unbiased(x))))

MEMORY.add(
    "the batch added to the old value",
    "You add momentum times the batch and keep the old value whole. The weights must "
    "add up to 1, or the statistics grow with every step: multiply the old value by "
    "1 - momentum.",
)(
    made(
        remember=lambda running, x, momentum: (
            running[0] + momentum * x.mean(0),
            running[1] + momentum * unbiased(x),
        )
    )
)

MEMORY.add(
    "running mean alone updated",
    "The running mean moves, the running variance stays where it was. Evaluation needs "
    "both: move the variance in the same way.",
    evidence=half_shown,
)(
    made(
        remember=lambda running, x, momentum: (
            remembered(running, x, momentum)[0],
            running[1],
        )
    )
)

MEMORY.add(
    "running mean and variance exchanged",
    "The pair comes back as (var, mean). The next call would take one for the other: "
    "return (mean, var), in the order in which it came.",
)(made(remember=lambda running, x, momentum: remembered(running, x, momentum)[::-1]))

MEMORY.add(
    "running statistics of shape (1, D)",
    "The numbers are right, but mean and variance keep the batch's axis with length "
    "1. The card has shape (D,), as torch does: average without `keepdims`, NumPy "
    "lines up (N, D) and (D,) by itself.",
)(
    made(
        remember=lambda running, x, momentum: tuple(
            np.reshape(part, (1, -1)) for part in remembered(running, x, momentum)
        )
    )
)

MEMORY.add(
    "evaluation uses the batch",
    "In evaluation you still normalize with the batch's own mean and variance. A "
    "sample's y would depend on its neighbours, and one sample alone would become "
    "beta. Use `mean, var = running`.",
)(made(evaluate=lambda x, running, eps: (x - x.mean(0)) * inv_std(x.var(0), eps)))


MEMORY.add(
    "running statistics not used at all",
    "Both modes normalize with the batch, and `running` goes out as it came in. Then a "
    "sample's y depends on its neighbours even in use. Training moves the running "
    "statistics, and evaluation takes them in place of the batch's.",
)(
    made(
        remember=lambda running, x, momentum: running,
        evaluate=lambda x, running, eps: (x - x.mean(0)) * inv_std(x.var(0), eps),
    )
)


@MEMORY.add(
    "evaluation updates the running statistics",
    "y is right in evaluation, but the running statistics move there too. Looking at "
    "test data would change the net. Return `running` as it came when `training` is "
    "False.",
)
def _updates_always(
    x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5
) -> tuple:
    y, new = made()(
        x, gamma, beta, running, training=training, momentum=momentum, eps=eps
    )
    if not training and len(x) > 1:
        new = remembered(running, x, momentum)
    return y, new


@MEMORY.add(
    "training ignored",
    "Both modes do what training does: they normalize with the batch and move the "
    "running statistics. With `training=False` use the statistics in `running`, and "
    "return them as they came.",
)
def _always_training(
    x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5
) -> tuple:
    return made()(x, gamma, beta, running, training=True, momentum=momentum, eps=eps)


@MEMORY.add(
    "the two modes exchanged",
    "Training uses the running statistics and evaluation the batch's: it is the other "
    "way round. In training look at the batch and remember it; in evaluation use what "
    "is remembered.",
)
def _modes_exchanged(
    x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5
) -> tuple:
    return made()(
        x, gamma, beta, running, training=not training, momentum=momentum, eps=eps
    )


@MEMORY.add(
    "training uses the running statistics",
    "In training you update the running statistics first and then normalize with them. "
    "The batch's own mean and variance belong there: only with them is every feature "
    "centred, and only they carry a gradient back to x.",
)
def _running_in_training(
    x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5
) -> tuple:
    if training:
        if len(x) < 2:
            raise ValueError("one sample has no variance")
        running = remembered(running, x, momentum)
    mean, var = running
    return affine((x - mean) * inv_std(var, eps), gamma, beta), running


@MEMORY.add(
    "the old statistics used in training",
    "In training y is made with the running statistics that came in; the batch is only "
    "remembered. Use the batch's own mean and variance there. The pair in `running` is "
    "for evaluation.",
)
def _old_in_training(
    x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5
) -> tuple:
    mean, var = running
    if training:
        if len(x) < 2:
            raise ValueError("one sample has no variance")
        running = remembered(running, x, momentum)
    return affine((x - mean) * inv_std(var, eps), gamma, beta), running
