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
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from coursekit.probes.outcome import Odd
from coursekit.probes.plain import DTYPES, MAX_AXES

#: Element types by their code in a frame, lowest byte first.
_TYPES = tuple(np.dtype(name).newbyteorder("<") for name in sorted(DTYPES))
_NATIVE = tuple(kind.newbyteorder("=") for kind in _TYPES)
_CODES = {kind: code for code, kind in enumerate(_NATIVE)}
#: What one frame may have: lists in lists, bytes of a text, values.
MAX_DEPTH, MAX_TEXT, MAX_VALUES = 6, 8000, 1000
#: The same for a frame from one of our own processes that runs no learner code.
OWN_TEXT, OWN_VALUES = 1 << 24, 1 << 20
_COUNT, _WHOLE, _FLOAT = struct.Struct("<I"), struct.Struct("<q"), struct.Struct("<d")
_LENGTHS = tuple(struct.Struct(f"<{axes}Q") for axes in range(MAX_AXES + 1))


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


_LITERALS = {None: b"N", True: b"T", False: b"F"}


def _write(thing: Any, parts: list[bytes]) -> None:
    kind = type(thing)
    if thing is None or kind is bool:
        parts.append(_LITERALS[thing])
    elif kind is int:
        parts.append(b"I" + _WHOLE.pack(thing))
    elif kind is float:
        parts.append(b"D" + _FLOAT.pack(thing))
    elif kind is str or kind is Odd:
        parts.append(b"S" if kind is str else b"O")
        _write_text(thing if kind is str else thing.type_name, parts)
    elif kind is np.ndarray and (code := _code(thing)) is not None:
        parts.append(b"A" + bytes([code, thing.ndim]))
        parts.append(_LENGTHS[thing.ndim].pack(*thing.shape))
        parts.append(thing.astype(_TYPES[code], copy=False).tobytes())
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


def _code(array: np.ndarray) -> int | None:
    """Return the code of an array's element type, None for what does not cross."""
    if array.ndim > MAX_AXES:
        return None
    code = _CODES.get(array.dtype)
    return _CODES.get(array.dtype.newbyteorder("=")) if code is None else code


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
        self.data, self.longest, self.left = data, longest, values
        self.at, self.end = 0, len(data)

    def take(self, count: int, what: str) -> memoryview:
        """Return the next bytes, if they are there."""
        start, self.at = self.at, self.at + count
        if self.at > self.end:
            raise ProtocolViolation(f"{what} claims more than there is")
        return self.data[start : self.at]

    def number(self, form: struct.Struct, what: str) -> Any:
        """Read a number of some kind."""
        start, self.at = self.at, self.at + form.size
        if self.at > self.end:
            raise ProtocolViolation(f"{what} claims more than there is")
        return form.unpack_from(self.data, start)[0]

    def count(self, what: str) -> int:
        """Read how many of something follow; each needs a byte at least."""
        number = self.number(_COUNT, what)
        if number > self.end - self.at:
            raise ProtocolViolation(f"{what} claims more than there is")
        return number

    def value(self, depth: int) -> Any:
        """Read one value of any kind."""
        if depth > MAX_DEPTH:
            raise ProtocolViolation("values are nested too deep")
        self.left -= 1
        if self.left < 0:  # a few bytes can stand for an object of many
            raise ProtocolViolation("there are too many values")
        if self.at == self.end:
            raise ProtocolViolation("a value claims more than there is")
        letter = self.data[self.at]
        self.at += 1
        if letter in _READ:
            return _READ[letter](self, depth)
        raise ProtocolViolation(f"there is no kind {bytes([letter])!r}")

    def items(self, depth: int) -> list[Any]:
        """Read items, one after the other."""
        return [self.value(depth + 1) for _ in range(self.count("a list"))]

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
        length = self.number(_COUNT, "a text")
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
        shape = _LENGTHS[axes].unpack(self.take(8 * axes, "an array"))
        kind, start = _TYPES[code], self.at
        if max(shape, default=0) >= 1 << 31:
            raise ProtocolViolation("an array claims more than there is")
        self.at += math.prod(shape) * kind.itemsize
        if self.at > self.end:
            raise ProtocolViolation("an array claims more than there is")
        try:
            entries = np.ndarray(shape, kind, self.data, start)
        except ValueError:  # empty, and the product of its other axes overflows
            raise ProtocolViolation("an array has a shape that none can have") from None
        if kind.kind == "b" and entries.view("u1").max(initial=0) > 1:
            raise ProtocolViolation("an array of bool holds neither 0 nor 1")
        return entries.astype(_NATIVE[code])


#: How the value is read that follows a letter.
_READ: dict[int, Callable[[_Reader, int], Any]] = {
    ord("N"): lambda *_: None,
    ord("T"): lambda *_: True,
    ord("F"): lambda *_: False,
    ord("I"): lambda reader, _: reader.number(_WHOLE, "a number"),
    ord("D"): lambda reader, _: reader.number(_FLOAT, "a number"),
    ord("S"): lambda reader, _: reader.text(),
    ord("O"): lambda reader, _: Odd(reader.text()),
    ord("A"): lambda reader, _: reader.array(),
    ord("L"): _Reader.items,
    ord("M"): _Reader.map,
}


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
