"""Run learners' answers in another process, inside walls, and bring back plain data."""
