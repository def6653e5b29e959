"""Bring our points to the maximum that a platform's assignment has."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Turns points out of ``ours`` into points out of ``theirs``.

    ``notes`` say so where the platform names no maximum.
    """

    ours: int
    theirs: float
    notes: tuple[str, ...] = ()

    def grade(self, points: float) -> str:
        """Return points with the two decimals that platforms keep."""
        if self.ours == self.theirs:
            return f"{points:.2f}"
        return f"{points * self.theirs / self.ours:.2f}"


def scale_for(ours: int, theirs: str, title: str, *, allowed: bool) -> Scale:
    """Return the scale of an assignment whose maximum a worksheet gives.

    Parameters
    ----------
    ours : int
        The points of our exercise.
    theirs : str
        The platform's maximum, with a point or a comma; '' where it gives none.
    title : str
        What the platform calls the assignment.
    allowed : bool
        Whether to convert where the two differ.

    Raises
    ------
    ValueError
        If they differ and it is not allowed: 24 of 24 would become 24 of 100; or if it
        is asked for and there is no maximum to convert to.
    """
    try:
        most = float(theirs.strip().replace(",", "."))
    except ValueError:
        return _unknown(ours, title, asked=allowed)
    if most == ours or not ours:
        return Scale(ours, ours)
    if not allowed or most <= 0:
        raise ValueError(
            f"scale_for: the maximum of {title!r} must be that of the exercise = "
            f"{ours}; got {most:g}. Change it on the platform and download the sheet "
            "again, or convert the points with --scale."
        )
    return Scale(ours, most)


def _unknown(ours: int, title: str, *, asked: bool) -> Scale:
    """Return points as they are where no maximum is named, unless it is needed."""
    if asked:
        raise ValueError(
            f"scale_for: --scale must know the maximum of {title!r} = a number in the "
            "sheet; got none. Give the assignment a maximum on the platform and "
            "download the sheet again, or leave --scale away: then points are written "
            f"out of {ours}."
        )
    note = (
        "The worksheet names no maximum grade: points are written as they are, out of "
        f"{ours}"
    )
    return Scale(ours, ours, (note,))
