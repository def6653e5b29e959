"""Grading a whole class: what is to be graded, by whom, and what came of it.

Everything here runs where learner code never does. The exercises are handed in from
outside, as a `Course`.
"""
