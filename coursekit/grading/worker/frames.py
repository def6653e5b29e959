"""Write plain data as bytes, and read them back from a sender that may be hostile.

A frame is the length of its body, four bytes with the lowest first, and the body. In a
body each value is a letter that names its kind, followed by

    N, T, F     nothing (None, True, False)
    I, D        8 bytes: a whole number with a sign; a float64
    S, O        length (4 bytes) and UTF-8 text; O names the type of an `Odd`
    A           code of the element type, number of axes (1 byte each), the axes'
                lengths (8 bytes each), then the entries, C order, lowest byte first
    L           number of items (4 bytes), then the items
    M           number of pairs (4 bytes), then text and value of each, without their S

The reader believes nothing. It builds an array or a list only when the bytes for it are
there, so what a sender claims costs no memory; and it can build nothing but these.
"""

import math
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np

from coursekit.probes.outcome import Odd
from coursekit.probes.plain import DTYPES, MAX_AXES

#: Element types by their code in a frame, lowest byte first.
_TYPES = tuple(np.dtype(name).newbyteorder("<") for name in sorted(DTYPES))
_CODES = {kind.name: code for code, kind in enumerate(_TYPES)}
#: What one frame may have: lists in lists, bytes of a text, values.
MAX_DEPTH, MAX_TEXT, MAX_VALUES = 6, 8000, 1000
#: The same for a frame from one of our own processes that runs no learner code.
OWN_TEXT, OWN_VALUES = 1 << 24, 1 << 20
_COUNT, _WHOLE, _FLOAT = struct.Struct("<I"), struct.Struct("<q"), struct.Struct("<d")


class ProtocolViolation(Exception):
    """The bytes are not what this module writes."""


class TooLarge(ProtocolViolation):
    """More bytes were sent, or claimed, than may be."""


def frame(thing: Any) -> bytes:
    r"""Return ``thing`` as a frame, ready to be sent.

    Examples
    --------
    >>> frame(True)
    b'\x01\x00\x00\x00T'
    """
    body = encode(thing)
    return _COUNT.pack(len(body)) + body


def encode(thing: Any) -> bytes:
    """Return plain data as bytes: None, numbers, texts, arrays, `Odd`, lists, maps.

    Raises
    ------
    ValueError
        If something in it is of another kind, or too long for its length to be
        written.
    """
    parts: list[bytes] = []
    try:
        _write(thing, parts)
    except struct.error:
        raise ValueError("encode: a number or a length in it is too large.") from None
    return b"".join(parts)


def _write(thing: Any, parts: list[bytes]) -> None:
    kind = type(thing)
    if thing is None or kind is bool:
        parts.append({None: b"N", True: b"T", False: b"F"}[thing])
    elif kind is int:
        parts.append(b"I" + _WHOLE.pack(thing))
    elif kind is float:
        parts.append(b"D" + _FLOAT.pack(thing))
    elif kind is str or kind is Odd:
        parts.append(b"S" if kind is str else b"O")
        _write_text(thing if kind is str else thing.type_name, parts)
    elif kind is np.ndarray and thing.dtype.name in _CODES and thing.ndim <= MAX_AXES:
        _write_array(thing, parts)
    elif kind in (list, tuple):
        parts.append(b"L" + _COUNT.pack(len(thing)))
        for item in thing:
            _write(item, parts)
    elif isinstance(thing, dict) and all(type(name) is str for name in thing):
        parts.append(b"M" + _COUNT.pack(len(thing)))
        for name, value in thing.items():
            _write_text(name, parts)
            _write(value, parts)
    else:
        raise ValueError(
            f"encode: a value must be plain data; got one of type {kind.__name__}."
        )


def _write_text(text: str, parts: list[bytes]) -> None:
    data = text.encode("utf-8", "surrogatepass")
    parts += [_COUNT.pack(len(data)), data]


def _write_array(array: np.ndarray, parts: list[bytes]) -> None:
    code = _CODES[array.dtype.name]
    lengths = struct.pack(f"<{array.ndim}Q", *array.shape)
    parts += [b"A", bytes([code, array.ndim]), lengths]
    parts.append(array.astype(_TYPES[code], copy=False).tobytes())


def decode(data: bytes | bytearray, *, trusted: bool = False) -> Any:
    r"""Return what ``data``, the body of a frame, says.

    Parameters
    ----------
    data : bytes
        From anybody.
    trusted : bool, default=False
        Whether the sender is ours: then texts may be long, and values many.

    Raises
    ------
    ProtocolViolation
        If ``data`` is anything that `encode` does not write.

    Examples
    --------
    >>> decode(encode({"y": [1, 2.0, None, "text"]}))
    {'y': [1, 2.0, None, 'text']}
    >>> decode(b"L" + b"\xff" * 4)
    Traceback (most recent call last):
    coursekit.grading.worker.frames.ProtocolViolation: a list claims more than there is
    """
    limits = (OWN_TEXT, OWN_VALUES) if trusted else (MAX_TEXT, MAX_VALUES)
    reader = _Reader(memoryview(data), *limits)
    thing = reader.value(0)
    if reader.at != len(data):
        raise ProtocolViolation("there is more than one value in a frame")
    return thing


class _Reader:
    """Walks through the body of one frame, once, from left to right."""

    def __init__(self, data: memoryview, longest: int, values: int) -> None:
        self.data, self.longest, self.left, self.at = data, longest, values, 0

    def take(self, count: int, what: str) -> memoryview:
        """Return the next bytes, if they are there."""
        if count > len(self.data) - self.at:
            raise ProtocolViolation(f"{what} claims more than there is")
        self.at += count
        return self.data[self.at - count : self.at]

    def count(self, what: str) -> int:
        """Read how many of something follow; each needs a byte at least."""
        (number,) = _COUNT.unpack(self.take(4, what))
        if number > len(self.data) - self.at:
            raise ProtocolViolation(f"{what} claims more than there is")
        return number

    def value(self, depth: int) -> Any:
        """Read one value of any kind."""
        if depth > MAX_DEPTH:
            raise ProtocolViolation("values are nested too deep")
        self.left -= 1
        if self.left < 0:  # a few bytes can stand for an object of many
            raise ProtocolViolation("there are too many values")
        letter = bytes(self.take(1, "a value"))
        if letter in _LITERALS:
            return _LITERALS[letter]
        if letter == b"I":
            return _WHOLE.unpack(self.take(8, "a number"))[0]
        if letter == b"D":
            return _FLOAT.unpack(self.take(8, "a number"))[0]
        if letter == b"S":
            return self.text()
        if letter == b"O":
            return Odd(self.text())
        if letter == b"A":
            return self.array()
        if letter == b"L":
            return [self.value(depth + 1) for _ in range(self.count("a list"))]
        if letter == b"M":
            return self.map(depth)
        raise ProtocolViolation(f"there is no kind {letter!r}")

    def map(self, depth: int) -> dict[str, Any]:
        """Read pairs; a name may come once."""
        found: dict[str, Any] = {}
        for _ in range(self.count("a map")):
            name = self.text()
            if name in found:
                raise ProtocolViolation("a map has a name twice")
            found[name] = self.value(depth + 1)
        return found

    def text(self) -> str:
        """Read a text; lone surrogates are left to whoever shows it."""
        length = self.count("a text")
        if length > self.longest:
            raise ProtocolViolation(f"a text has more than {self.longest} bytes")
        try:
            return str(self.take(length, "a text"), "utf-8", "surrogatepass")
        except UnicodeDecodeError:
            raise ProtocolViolation("a text is not UTF-8") from None

    def array(self) -> np.ndarray:
        """Read an array; Python's whole numbers cannot overflow, so lengths are safe.

        An empty array may have long axes too: NumPy is not asked to multiply those.
        """
        code, axes = self.take(2, "an array")
        if code >= len(_TYPES) or axes > MAX_AXES:
            raise ProtocolViolation("an array has a type or a rank that none can have")
        shape = struct.unpack(f"<{axes}Q", self.take(8 * axes, "an array"))
        kind, size = _TYPES[code], math.prod(shape)
        if max(shape, default=0) >= 1 << 31:
            raise ProtocolViolation("an array claims more than there is")
        raw = self.take(size * kind.itemsize, "an array")
        if kind.name == "bool" and np.frombuffer(raw, "u1").max(initial=0) > 1:
            raise ProtocolViolation("an array of bool holds neither 0 nor 1")
        try:
            entries = np.frombuffer(raw, dtype=kind).reshape(shape)
        except ValueError:  # empty, and the product of its other axes overflows
            raise ProtocolViolation("an array has a shape that none can have") from None
        return entries.astype(kind.newbyteorder("="), order="C")


_LITERALS = {b"N": None, b"T": True, b"F": False}


class Splitter:
    """Cuts what comes out of a pipe into the bodies of frames, under a total cap.

    Parameters
    ----------
    room : int
        Bytes that all frames together may have.
    """

    def __init__(self, room: int) -> None:
        self.room = room
        self._waiting = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the body of each frame that is whole now.

        Raises
        ------
        TooLarge
            As soon as a frame claims more than the room that is left.
        """
        self._waiting += data
        while len(self._waiting) >= 4:
            (length,) = _COUNT.unpack_from(self._waiting)
            if length + 4 > self.room:
                raise TooLarge(f"a frame of {length} bytes")
            if len(self._waiting) < 4 + length:
                return
            body = bytes(self._waiting[4 : 4 + length])
            del self._waiting[: 4 + length]
            self.room -= 4 + length
            yield body

    @property
    def clean(self) -> bool:
        """Whether the last frame that was begun is whole."""
        return not self._waiting
