"""Frames carry plain data there and back, and nothing else whatever the bytes."""

import math
import random
import struct
import time
import tracemalloc

import numpy as np
import pytest

from coursekit.grading.worker.frames import (
    MAX_DEPTH,
    MAX_TEXT,
    MAX_VALUES,
    ProtocolViolation,
    Splitter,
    TooLarge,
    decode,
    encode,
    frame,
)
from coursekit.probes.outcome import Odd
from coursekit.probes.plain import DTYPES, MAX_AXES

PLAIN = [
    None,
    True,
    -(2**63),
    1.5,
    math.inf,
    "",
    "ä\0\ud800 \U0001f600",
    [1, [2, [3]]],
    {"": 1, "b": {"c": []}},
    Odd("Liar"),
]


@pytest.mark.parametrize("thing", PLAIN, ids=repr)
def test_plain_data_come_back_as_they_were(thing):
    assert decode(encode(thing)) == thing


@pytest.mark.parametrize("name", sorted(DTYPES))
@pytest.mark.parametrize("shape", [(), (0,), (2, 3), (1,) * MAX_AXES, (2, 0, 3)])
def test_arrays_of_every_type_and_rank_come_back(name, shape):
    array = np.arange(math.prod(shape)).reshape(shape).astype(name)
    back = decode(encode([array]))[0]
    assert back.dtype == array.dtype
    assert back.flags["C_CONTIGUOUS"] and back.flags["WRITEABLE"]
    np.testing.assert_array_equal(back, array, strict=True)


def test_an_array_in_another_order_of_bytes_or_axes_keeps_its_values():
    array = np.arange(6.0).reshape(2, 3).T.astype(">f8")[::-1]
    np.testing.assert_array_equal(decode(encode(array)), array)


@pytest.mark.parametrize(
    "thing",
    [
        object(),
        1j,
        b"bytes",
        {1: 2},
        np.array([None]),
        np.float64(1),
        2**63,
        np.ma.ones(2),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_what_is_not_plain_is_not_written(thing):
    with pytest.raises(ValueError, match="encode"):
        encode([thing])


def test_a_learners_rank_nine_is_not_written():
    with pytest.raises(ValueError, match="plain data"):
        encode(np.ones((1,) * (MAX_AXES + 1)))


def array_of(code: int, *shape: int, data: bytes = b"") -> bytes:
    return (
        b"A" + bytes([code, len(shape)]) + struct.pack(f"<{len(shape)}Q", *shape) + data
    )


FLOAT64 = sorted(DTYPES).index("float64")
FORGED = {
    "nothing": b"",
    "an unknown kind": b"Z",
    "two values": b"NN",
    "half a number": b"I\0\0\0",
    "a text that is not there": b"S\xff\xff\xff\xff",
    "a text that is not UTF-8": b"S\x01\0\0\0\xff",
    "a list of 2 ** 32 - 1 items": b"L\xff\xff\xff\xff",
    "a map of 2 ** 32 - 1 pairs": b"M\xff\xff\xff\xff",
    "a name twice": b"M\x02\0\0\0" + b"\x01\0\0\0aN" * 2,
    "a text too long": b"S" + struct.pack("<I", MAX_TEXT + 1) + b"x" * (MAX_TEXT + 1),
    "lists in lists": b"L\x01\0\0\0" * (MAX_DEPTH + 2) + b"N",
    "lists in 10 ** 5 lists": b"L\x01\0\0\0" * 100_000 + b"N",
    "too many values": b"L" + struct.pack("<I", MAX_VALUES) + b"N" * MAX_VALUES,
    "2 ** 40 entries": array_of(FLOAT64, 1 << 40),
    "a product that overflows": array_of(FLOAT64, *[1 << 30] * 8),
    "a negative length": array_of(FLOAT64, (1 << 64) - 1),
    "an empty array with a long axis": array_of(FLOAT64, 0, 1 << 62),
    "an empty array with many long axes": array_of(FLOAT64, 0, *[(1 << 31) - 1] * 7),
    "no such type": array_of(len(DTYPES), 1, data=b"x"),
    "objects": array_of(255, 1, data=b"x" * 8),
    "nine axes": b"A" + bytes([FLOAT64, 9]) + struct.pack("<9Q", *[1] * 9) + b"x" * 8,
    "an entry missing": array_of(FLOAT64, 2, data=b"x" * 15),
    "an entry too many": array_of(FLOAT64, 2, data=b"x" * 24),
    "a bool that is 2": array_of(sorted(DTYPES).index("bool"), 1, data=b"\x02"),
    "a pickle": __import__("pickle").dumps(print),
}


@pytest.mark.parametrize("name", FORGED)
def test_forged_bytes_are_refused(name):
    with pytest.raises(ProtocolViolation):
        decode(FORGED[name])


def test_frames_are_cut_apart_however_they_arrive():
    sent = [None, "x" * 300, {"a": [1.0]}, []]
    data = b"".join(map(frame, sent))
    for size in (1, 3, 7, 1000):
        splitter = Splitter(len(data))
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        bodies = [body for piece in pieces for body in splitter.feed(piece)]
        assert [decode(body) for body in bodies] == sent
        assert splitter.clean and splitter.room == 0


def test_a_frame_that_claims_more_than_the_room_is_refused_at_once():
    splitter = Splitter(1000)
    assert list(splitter.feed(frame("x" * 500)))
    with pytest.raises(TooLarge):
        list(splitter.feed(struct.pack("<I", 600)))


def mutated(rng: random.Random, seeds: list[bytes]) -> bytes:
    """Return a frame's body that was damaged, or one made of nothing but chance."""
    if rng.random() < 0.2:
        return rng.randbytes(rng.randrange(40))
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(4)
        if kind == 0:
            data[at : at + 1] = rng.randbytes(1)
        elif kind == 1:
            data[at : at + 4] = struct.pack("<I", rng.choice([0, 1, 2**31, 2**32 - 1]))
        elif kind == 2:
            del data[at:]
        else:
            data[at:at] = rng.choice([b"L", b"M", b"A", b"S", b"N", b"\0\0\0\0"])
    return bytes(data)


def test_no_bytes_crash_the_reader_or_make_it_take_memory():
    rng = random.Random(0)
    seeds = [encode(thing) for thing in PLAIN]
    seeds += [encode({"y": np.ones((2, 3), name)}) for name in sorted(DTYPES)]
    bodies = [mutated(rng, seeds) for _ in range(100_000)]
    refused, start = 0, time.process_time()
    for body in bodies:
        try:
            decode(body)
        except ProtocolViolation:
            refused += 1
    assert time.process_time() - start < 10
    assert 20_000 < refused < 99_000
    tracemalloc.start()
    for body in bodies[:20_000]:
        try:
            decode(body)
        except ProtocolViolation:
            pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20  # beside claims of up to 2 ** 63 bytes
