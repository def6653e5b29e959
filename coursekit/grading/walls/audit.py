"""What Python itself refuses to learner code, and remembers that it was tried."""


class Denied(PermissionError):
    """The walls refused what was tried; the text names it."""
