"""Run first by every kernel that tests start; a lesson finds no name of it."""

__import__("sys").path.append(__import__("os").path.dirname(__file__))
__import__("same_results").keep_results()
