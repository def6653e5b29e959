"""Exercise 00: a gradient by differences, and a ruler for two gradients."""

from coursekit.autograders.start_here.error import RELATIVE_ERROR
from coursekit.autograders.start_here.gradient import NUMERICAL_GRADIENT
from coursekit.autograders.start_here.questions import QUESTIONS

__all__ = ["QUESTIONS", "TASKS"]

TASKS = (NUMERICAL_GRADIENT, RELATIVE_ERROR)
