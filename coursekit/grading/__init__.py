"""The engine that judges answers: it knows tasks, not exercises."""
