"""How many fresh draws of its cases a task is tried on."""

import os

#: Each judgement of these trains a deep net for about half a second. All seeds are used
#: with COURSEKIT_FULL=1; test_normalized_residual_networks_answers uses all of them,
#: always, for everything but the training.
TRAINS = ("repair",)


def seeds_of(task):
    """Return the seeds for a task."""
    whole = task.name not in TRAINS or os.environ.get("COURSEKIT_FULL") == "1"
    return range(20 if whole else 3)
