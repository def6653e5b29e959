"""Two colour scales in a few anchors, so that a card needs no plotting library."""

from functools import cache

import numpy as np
import numpy.typing as npt

#: Anchors at equal steps from 0 to 1. cividis: Nunez, Anderton, Renslow 2018, reads
#: the same with and without colour vision deficiency. PuOr: ColorBrewer, Brewer 2003.
_ANCHORS = {
    "cividis": "00224e 083370 35456c 4f576c 666970 7d7c78 948e77 aea371 c8b866 e5cf52"
    " fee838",
    "PuOr": "7f3b08 b25706 e08214 fcb761 fee0b6 f6f6f7 d8daeb b1aad1 8073ac 532687"
    " 2d004b",
}
#: Steps of the tables below; even, so that there is a middle.
_STEPS = 256


def _table(anchors: str) -> list[str]:
    """Interpolate the anchors once: a card asks for hundreds of colours."""
    rgb = np.array([list(bytes.fromhex(anchor)) for anchor in anchors.split()], float)
    at = np.linspace(0, len(rgb) - 1, _STEPS + 1)
    channels = [np.interp(at, np.arange(len(rgb)), rgb[:, k]) for k in range(3)]
    rows = np.rint(np.stack(channels, axis=1)).astype(np.uint8)
    return ["#" + row.tobytes().hex() for row in rows]


_SCALES = {name: _table(anchors) for name, anchors in _ANCHORS.items()}


def colour(scale: str, position: float) -> str:
    """Return the colour at ``position`` of a scale, as ``#rrggbb``.

    Parameters
    ----------
    scale : {"cividis", "PuOr"}
        Sequential, for values; diverging, for errors about 0 (0.5 is the middle).
    position : float
        From 0 to 1; what lies outside is moved to the nearest end. No unit.

    Returns
    -------
    str
        The colour between the two nearest anchors.

    Examples
    --------
    >>> colour("PuOr", 0.5)
    '#f6f6f7'
    >>> colour("cividis", 7.0)
    '#fee838'
    """
    return _SCALES[scale][round(min(max(position, 0.0), 1.0) * _STEPS)]


def luminance(hex_colour: str) -> float:
    """Return the relative luminance of ``#rrggbb``: 0 for black, 1 for white.

    The definition of WCAG 2.2, which the contrast of text is measured with.

    Examples
    --------
    >>> luminance("#000000"), luminance("#ffffff")
    (0.0, 1.0)
    """
    srgb: npt.NDArray[np.floating] = np.array(list(bytes.fromhex(hex_colour[1:]))) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return float(np.round(linear @ [0.2126, 0.7152, 0.0722], 12))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21.

    Examples
    --------
    >>> contrast("#000000", "#ffffff")
    21.0
    """
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@cache
def ink_on(background: str) -> str:
    """Return black or white, whichever reads better on ``background``.

    The better of the two always reaches 4.58, above the 4.5 asked of text.

    Examples
    --------
    >>> ink_on("#fee838"), ink_on("#00224e")
    ('#000000', '#ffffff')
    """
    return max("#000000", "#ffffff", key=lambda ink: contrast(ink, background))
