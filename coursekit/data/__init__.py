"""The data of the course, stored with it: no download."""

from coursekit.data.digits import Digits, load_digits

__all__ = ["Digits", "load_digits"]
