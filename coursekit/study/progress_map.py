"""The course as a road with a stop for each exercise, drawn as SVG."""

from collections.abc import Mapping, Sequence

from coursekit.study.standing import Row

#: Pixels: distance of stops along the road, of things to do at a stop, and radius.
STEP, RISE, RADIUS = 64, 20, 7
DONE, NEXT = "#2e8b57", "#0072B2"


def draw_map(exercises: Mapping[str, Sequence[Row]], follow: str) -> str:
    """Return the map: a column for each exercise, a circle for each thing to do.

    A full circle is done, a half one begun, an empty one to do; a square stands around
    what comes next. The same is in the table beside it, so that nothing depends on
    seeing the picture.

    Parameters
    ----------
    exercises : mapping of str to sequence of Row
        In the order of the course.
    follow : str
        The name of what comes next, or "".

    Returns
    -------
    svg : str
        In the colours of the page it stands on.
    """
    most = max((len(rows) for rows in exercises.values()), default=0)
    width, height = STEP * len(exercises) + 20, RISE * most + 56
    road = height - 34
    parts = [
        f'<line x1="10" x2="{width - 10}" y1="{road}" y2="{road}" '
        'stroke="currentColor" stroke-width="2"/>'
    ]
    for stop, (exercise, rows) in enumerate(exercises.items()):
        x = 10 + STEP * stop + STEP // 2
        done = sum(row.standing.done for row in rows)
        parts.append(
            f'<text x="{x}" y="{road + 18}" text-anchor="middle" font-size="13">'
            f"{exercise[:2]}</text>"
            f'<text x="{x}" y="{road + 31}" text-anchor="middle" font-size="10">'
            f"{done} of {len(rows)}</text>"
        )
        for at, row in enumerate(rows):
            y = road - RISE * (at + 1) + 4
            parts.append(_circle(x, y, row, is_next=row.task.name == follow))
    words = _in_words(exercises)
    return (
        f'<svg role="img" aria-label="{words}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" fill="currentColor" '
        'font-family="inherit" style="max-width:100%">'
        f"<title>{words}</title>{''.join(parts)}</svg>"
    )


def _circle(x: int, y: int, row: Row, *, is_next: bool) -> str:
    """Return the circle of one thing to do, and the square around the next one."""
    ring = f'<circle cx="{x}" cy="{y}" r="{RADIUS}" fill="none" stroke="currentColor"/>'
    if row.word == "done":
        ring = f'<circle cx="{x}" cy="{y}" r="{RADIUS}" fill="{DONE}"/>'
    elif row.word == "begun":
        ring += f'<path d="M{x} {y - RADIUS}a{RADIUS} {RADIUS} 0 0 0 0 {2 * RADIUS}z"/>'
    square = ""
    if is_next:
        side = RADIUS + 2
        square = (
            f'<rect x="{x - side}" y="{y - side}" width="{2 * side}" '
            f'height="{2 * side}" fill="none" stroke="{NEXT}" stroke-width="2"/>'
        )
    name = f"<title>{row.task.name}: {row.word}</title>"
    return f"<g>{name}{square}{ring}</g>"


def _in_words(exercises: Mapping[str, Sequence[Row]]) -> str:
    told = ", ".join(
        f"exercise {name[:2]}: {sum(row.standing.done for row in rows)} of {len(rows)}"
        for name, rows in exercises.items()
    )
    return f"Map of the course; done are {told}."
