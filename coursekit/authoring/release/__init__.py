"""What learners get: put together, searched for answers, written."""
