"""Figures that can be read without being seen: the picture and its text in one."""

import base64
import html
import io

from matplotlib.figure import Figure

#: Pixels of the file per pixel of the page, so that fine screens stay sharp.
SHARPNESS = 1.5
PAGE_DPI = 100


def png_bytes(figure: Figure, *, compress_level: int = 6) -> bytes:
    """Return ``figure`` as a PNG file on a white ground.

    Parameters
    ----------
    figure : Figure
        A figure of its own, not one of pyplot's.
    compress_level : int, default=6
        0 (fast, large) to 9 (slow, small); explorers use 1 while a slider moves.

    Returns
    -------
    png : bytes
        The same bytes for the same figure: no date and no version inside.

    Examples
    --------
    >>> png_bytes(Figure(figsize=(1, 1)))[1:4]
    b'PNG'
    """
    buffer = io.BytesIO()
    figure.savefig(
        buffer,
        format="png",
        dpi=PAGE_DPI * SHARPNESS,
        facecolor="white",
        metadata={"Software": None},
        pil_kwargs={"compress_level": compress_level},
    )
    return buffer.getvalue()


def figure_html(png: bytes, alt: str, *, width: float | None = None) -> str:
    """Return one ``<figure>``: the picture with ``alt``, and ``alt`` as its caption.

    JupyterLab drops an alt text that travels in the metadata of an output; inside
    the HTML it stays, also in exported pages.

    Parameters
    ----------
    png : bytes
        The picture, as `png_bytes` returns it.
    alt : str
        What the picture shows: kind, axes, and the finding with its numbers.
    width : float, optional
        Width on the page in inches of the figure; by default the picture's own.

    Returns
    -------
    page : str
        HTML that needs no other file.

    Raises
    ------
    ValueError
        If ``alt`` is not a text or is empty.

    Examples
    --------
    >>> "<figcaption>A line that rises.</figcaption>" in figure_html(
    ...     png_bytes(Figure(figsize=(1, 1))), "A line that rises."
    ... )
    True
    """
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(
            "figure_html: alt must be a sentence that says what the picture shows; "
            f"got {alt!r}."
        )
    size = "" if width is None else f' width="{round(width * PAGE_DPI)}"'
    data = base64.b64encode(png).decode("ascii")
    return (
        '<figure style="margin:0.5em 0">'
        f'<img alt="{html.escape(alt)}"{size} src="data:image/png;base64,{data}" '
        'style="background:white;max-width:100%;height:auto">'
        f"<figcaption>{html.escape(alt)}</figcaption></figure>"
    )
