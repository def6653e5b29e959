"""Exercise 04: variance by depth, three starts of a net, a branch that never learns."""

from coursekit.autograders.initialization_and_scaling.questions import QUESTIONS
from coursekit.autograders.initialization_and_scaling.repair import REZERO_BLOCK
from coursekit.autograders.initialization_and_scaling.start import INIT_RESIDUAL
from coursekit.autograders.initialization_and_scaling.variance import VARIANCE_AFTER

__all__ = ["QUESTIONS", "TASKS"]

TASKS = (VARIANCE_AFTER, INIT_RESIDUAL, REZERO_BLOCK)
