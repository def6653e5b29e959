"""Results drawn on Axes: every function returns its alt text."""
