"""The live board: learners' notebooks report to it, the instructor watches it."""
