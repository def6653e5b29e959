"""Exercise 05: batch normalization forward, as a torch layer, and folded away."""

from coursekit.autograders.batch_norm.fold import FOLD_BATCH_NORM
from coursekit.autograders.batch_norm.forward import BATCH_NORM_FORWARD
from coursekit.autograders.batch_norm.module import BATCH_NORM_1D
from coursekit.autograders.batch_norm.questions import QUESTIONS

__all__ = ["QUESTIONS", "TASKS"]

TASKS = (BATCH_NORM_FORWARD, BATCH_NORM_1D, FOLD_BATCH_NORM)
