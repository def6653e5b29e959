"""Take in what learners hand in: find it, read it, pick the answers out of it.

Nothing here executes anything, and nothing here trusts a file.
"""
