"""Exercise 02: a residual block forward, backward and as a torch module."""

from coursekit.autograders.residual_connections.backward import RESIDUAL_BACKWARD
from coursekit.autograders.residual_connections.forward import RESIDUAL_FORWARD
from coursekit.autograders.residual_connections.module import RESIDUAL_BLOCK
from coursekit.autograders.residual_connections.questions import QUESTIONS

__all__ = ["QUESTIONS", "TASKS"]

TASKS = (RESIDUAL_FORWARD, RESIDUAL_BACKWARD, RESIDUAL_BLOCK)
