"""From sources to notebooks: lessons, worked solutions, exercises."""
