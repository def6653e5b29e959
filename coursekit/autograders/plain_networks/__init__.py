"""Exercise 01: gradients of a plain net, the gain that keeps them, a dead net."""

from coursekit.autograders.plain_networks.forward_backward import (
    PLAIN_FORWARD_BACKWARD,
)
from coursekit.autograders.plain_networks.gain import PREDICT_GAIN
from coursekit.autograders.plain_networks.questions import QUESTIONS
from coursekit.autograders.plain_networks.repair import REPAIRED_STEP

__all__ = ["QUESTIONS", "TASKS"]

TASKS = (PLAIN_FORWARD_BACKWARD, PREDICT_GAIN, REPAIRED_STEP)
