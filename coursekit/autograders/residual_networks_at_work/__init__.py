"""Exercise 03: the paths of a gradient, the size of a branch, and lesions."""

from coursekit.autograders.residual_networks_at_work.lesions import LESION
from coursekit.autograders.residual_networks_at_work.paths import (
    GRADIENT_BY_PATH_LENGTH,
)
from coursekit.autograders.residual_networks_at_work.questions import QUESTIONS
from coursekit.autograders.residual_networks_at_work.ratios import BRANCH_RATIO

__all__ = ["QUESTIONS", "TASKS"]

TASKS = (GRADIENT_BY_PATH_LENGTH, BRANCH_RATIO, LESION)
