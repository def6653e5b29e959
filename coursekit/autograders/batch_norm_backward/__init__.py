"""Exercise 06: batch norm step by step, forward and backward, and in one line."""

from coursekit.autograders.batch_norm_backward.backward import BATCH_NORM_BACKWARD
from coursekit.autograders.batch_norm_backward.backward_steps import (
    BATCH_NORM_BACKWARD_STEPS,
)
from coursekit.autograders.batch_norm_backward.forward_steps import (
    BATCH_NORM_FORWARD_STEPS,
)
from coursekit.autograders.batch_norm_backward.questions import QUESTIONS

__all__ = ["QUESTIONS", "TASKS"]

TASKS = (BATCH_NORM_FORWARD_STEPS, BATCH_NORM_BACKWARD_STEPS, BATCH_NORM_BACKWARD)
