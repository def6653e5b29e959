"""The walls around untrusted code, and the system calls they are built from.

Runs in the worker, so it imports nothing of the rest of the course.
"""
