"""Exercise 08: RMS norm, group norm, the Pre-LN block, and a broken net to repair."""

from coursekit.autograders.normalized_residual_networks.capstone import REPAIR
from coursekit.autograders.normalized_residual_networks.groups import GROUP_NORM
from coursekit.autograders.normalized_residual_networks.module import PRE_NORM_BLOCK
from coursekit.autograders.normalized_residual_networks.questions import QUESTIONS
from coursekit.autograders.normalized_residual_networks.rms import RMS_NORM

__all__ = ["QUESTIONS", "TASKS"]

TASKS = (RMS_NORM, GROUP_NORM, PRE_NORM_BLOCK, REPAIR)
