"""Exercise 07: layer normalization, forward, backward, and its axes."""

from coursekit.autograders.layer_norm.axes import AXES_OF
from coursekit.autograders.layer_norm.backward import LAYER_NORM_BACKWARD
from coursekit.autograders.layer_norm.forward import LAYER_NORM_FORWARD

TASKS = (LAYER_NORM_FORWARD, LAYER_NORM_BACKWARD, AXES_OF)
