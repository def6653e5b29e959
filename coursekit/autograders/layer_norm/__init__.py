"""Exercise 07: the axes of a norm; layer normalization forward and backward."""

from coursekit.autograders.layer_norm.axes import AXES_OF
from coursekit.autograders.layer_norm.backward import LAYER_NORM_BACKWARD
from coursekit.autograders.layer_norm.forward import LAYER_NORM_FORWARD
from coursekit.autograders.layer_norm.questions import QUESTIONS

__all__ = ["QUESTIONS", "TASKS"]

TASKS = (AXES_OF, LAYER_NORM_FORWARD, LAYER_NORM_BACKWARD)
