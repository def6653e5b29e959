"""Put what a record holds into columns of SQLite, and get the same out again.

SQLite has no NaN (it stores NULL), and the text of Python may hold lone surrogates,
which UTF-8 has no bytes for. Nothing here is ever unpickled.
"""

import io
import json
import math
import struct
from collections.abc import Sequence

import numpy as np

from coursekit.grading.verdict import Diagnosis, Picture

Text = str | bytes
_LENGTH = struct.Struct(">I")


def text(value: str) -> Text:
    r"""Return a string as SQLite can hold it: bytes where it is not valid Unicode.

    >>> text("Ada"), text("\udc80")
    ('Ada', b'\xed\xb2\x80')
    """
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass")
    return str(value)


def untext(value: Text) -> str:
    """Return the string that `text` put away."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogatepass")
    return value


def unreal(value: float | None) -> float:
    """Return a float that SQLite held; NULL was NaN."""
    return math.nan if value is None else float(value)


def texts(values: Sequence[str]) -> Text:
    """Return strings as one JSON array; escapes would join a pair of surrogates."""
    return text(json.dumps(list(values), ensure_ascii=False))


def untexts(value: Text) -> tuple[str, ...]:
    """Return the strings that `texts` put away."""
    return tuple(json.loads(untext(value)))


def mistakes(found: Sequence[Diagnosis]) -> Text:
    """Return diagnoses as one JSON array of arrays."""
    rows = [[one.name, one.explanation, one.evidence] for one in found]
    return text(json.dumps(rows, ensure_ascii=False))


def unmistakes(value: Text) -> tuple[Diagnosis, ...]:
    """Return the diagnoses that `mistakes` put away."""
    return tuple(Diagnosis(*row) for row in json.loads(untext(value)))


def picture(value: Picture | None) -> bytes | None:
    """Return a picture as bytes: a head in JSON with its length, then two arrays.

    Raises
    ------
    ValueError
        If an array holds Python objects.
    """
    if value is None:
        return None
    facts = [value.value, value.case, list(value.axes)]
    facts += [float(value.rtol), float(value.atol)]
    head = json.dumps(facts, ensure_ascii=False).encode("utf-8", "surrogatepass")
    out = io.BytesIO()
    out.write(_LENGTH.pack(len(head)) + head)
    for array in (value.expected, value.got):
        np.save(out, array, allow_pickle=False)
    return out.getvalue()


def unpicture(value: bytes | None) -> Picture | None:
    """Return the picture that `picture` put away.

    Raises
    ------
    ValueError
        If the bytes are no picture.
    """
    if value is None:
        return None
    try:
        start = _LENGTH.size
        end = start + _LENGTH.unpack(value[:start])[0]
        head = json.loads(value[start:end].decode("utf-8", "surrogatepass"))
        rest = io.BytesIO(value[end:])
        expected = np.load(rest, allow_pickle=False)
        got = np.load(rest, allow_pickle=False)
        name, case, axes, rtol, atol = head
    except (ValueError, TypeError, EOFError, struct.error, OSError) as error:
        raise ValueError(f"the bytes of a picture are damaged ({error}).") from error
    return Picture(name, case, expected, got, tuple(axes), rtol, atol)
