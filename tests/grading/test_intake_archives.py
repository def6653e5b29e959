"""A zip archive is read under limits, and what it claims is checked."""

import io
import random
import stat
import struct
import tracemalloc
import warnings
import zipfile
import zlib

import pytest
from handed_in import ABOUT_NORM, notebook, zipped

from coursekit.grading.intake import archives
from coursekit.grading.intake.archives import members
from coursekit.grading.intake.reading import MOST_BYTES, Refused
from coursekit.grading.reasons import Reason


def written(tmp_path, data):
    path = tmp_path / "class.zip"
    path.write_bytes(data)
    return path


def read_all(tmp_path, data):
    """Return the bytes, or the refusal, by origin."""
    found = {}
    for entry in members(written(tmp_path, data)):
        if not entry.is_folder:
            try:
                found[entry.origin] = entry.read()
            except Refused as refused:
                assert refused.reason is Reason.FILE_REJECTED
                found[entry.origin] = str(refused)
    return found


def the_one(tmp_path, data):
    (only,) = read_all(tmp_path, data).values()
    return only


def special(name, mode, system=3):
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = system, mode << 16
    return info


def changed(data, signature, offset, form, value):
    """Return an archive with one field of each header of a kind changed."""
    out, at = bytearray(data), data.find(signature)
    while at >= 0:
        struct.pack_into(form, out, at + offset, value)
        at = data.find(signature, at + 1)
    return bytes(out)


TABLE, LOCAL, END = b"PK\1\2", b"PK\3\4", b"PK\5\6"


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_are_read_when_they_are_wanted(tmp_path, method):
    data = zipped({"jane/a.ipynb": ABOUT_NORM, "bob/": b""}, method)
    path = written(tmp_path, data)
    jane, bob = members(path)
    assert (jane.origin, bob.origin, bob.is_folder) == ("jane/a.ipynb", "bob", True)
    assert jane.read() == ABOUT_NORM
    assert sorted(tmp_path.iterdir()) == [path]


def test_the_time_is_that_on_the_packer_s_clock_taken_as_utc(tmp_path):
    info = zipfile.ZipInfo("a.ipynb", (2001, 9, 9, 1, 46, 40))
    (entry,) = members(written(tmp_path, zipped([(info, b"x")])))
    assert entry.modified == 1_000_000_000


@pytest.mark.parametrize("date", [0, 0xFFFF])
def test_a_date_that_no_calendar_knows_is_no_date(tmp_path, date):
    data = changed(zipped({"a.ipynb": b"x"}), TABLE, 14, "<H", date)
    (entry,) = members(written(tmp_path, data))
    assert entry.modified == 0.0
    assert entry.read() == b"x"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("/etc/a.ipynb", "absolute path"),
        ("C:/a.ipynb", "absolute path"),
        ("c:a.ipynb", "absolute path"),
        ("//server/a.ipynb", "absolute path"),
        ("../a.ipynb", "leads out of the archive"),
        ("jane/../../a.ipynb", "leads out of the archive"),
        ("jane\\a.ipynb", "backslashes"),
        ("..\\a.ipynb", "backslashes"),
        ("x" * 1100 + ".ipynb", "over 1024 characters"),
    ],
)
def test_a_name_that_leads_away_is_refused_and_its_neighbour_is_read(
    tmp_path, name, says
):
    found = read_all(tmp_path, zipped({name: b"evil", "b.ipynb": b"good"}))
    assert says in found.pop(name)
    assert found == {"b.ipynb": b"good"}
    assert [one.name for one in tmp_path.iterdir()] == ["class.zip"]


def test_a_name_with_a_zero_byte_is_refused(tmp_path):
    data = zipped({"aXipynb.ipynb": b"x"}).replace(b"aXipynb", b"a\0ipynb")
    assert "zero byte" in the_one(tmp_path, data)


@pytest.mark.parametrize(
    ("mode", "says"),
    [
        (stat.S_IFLNK | 0o777, "it is a link"),
        (stat.S_IFIFO | 0o600, "a device or a pipe"),
        (stat.S_IFCHR | 0o600, "a device or a pipe"),
        (stat.S_IFBLK | 0o600, "a device or a pipe"),
        (stat.S_IFSOCK | 0o600, "a device or a pipe"),
    ],
)
@pytest.mark.parametrize("system", [0, 3])
def test_links_and_devices_are_refused(tmp_path, mode, says, system):
    data = zipped([(special("a.ipynb", mode, system), "/etc/passwd")])
    assert says in the_one(tmp_path, data)


@pytest.mark.parametrize("name", ["a.ipynb/", "a.ipynb/inside.txt"])
def test_a_folder_that_is_called_as_a_notebook_is_refused(tmp_path, name):
    assert "it is a folder" in the_one(tmp_path, zipped({name: b""}))


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.7z", "A.RAR", "a.tgz"])
def test_archives_in_archives_are_not_opened(tmp_path, name):
    assert "archives inside are not opened" in the_one(tmp_path, zipped({name: b"PK"}))


def test_a_name_that_is_there_twice_is_refused_once(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = zipped([("a.ipynb", b"1"), ("./a.ipynb", b"2"), ("b.ipynb", b"3")])
    found = read_all(tmp_path, data)
    assert "more than once" in found.pop("a.ipynb")
    assert found == {"b.ipynb": b"3"}


@pytest.mark.parametrize("flag", [0x1, 0x40, 0x2000])
def test_encrypted_members_are_refused(tmp_path, flag):
    data = changed(zipped({"a.ipynb": b"x"}), TABLE, 8, "<H", flag)
    assert "without a password" in the_one(tmp_path, data)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_cannot_be_bounded_are_refused(tmp_path, method):
    assert "not 0 or 8" in the_one(tmp_path, zipped({"a.ipynb": b"x"}, method))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("size", [0, 99, 101, 10_000, MOST_BYTES])
def test_a_size_that_lies_is_found_out(tmp_path, method, size):
    data = zipped({"a.ipynb": random.Random(0).randbytes(100)}, method)
    lying = changed(changed(data, TABLE, 24, "<L", size), LOCAL, 22, "<L", size)
    said = the_one(tmp_path, lying)
    assert f"says it has {size} bytes" in said or "packed size" in said


def test_a_lie_of_the_table_with_a_matching_checksum_is_found_out(tmp_path):
    data = zipped({"a.ipynb": b"good and evil"})
    lying = changed(data, TABLE, 24, "<L", 4)
    lying = changed(lying, TABLE, 16, "<L", zlib.crc32(b"good"))
    assert "has more" in the_one(tmp_path, lying)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    zeros = bytes(20 * 2**20)
    data = zipped({"a.ipynb": zeros, "b.ipynb": b"good"})
    tracemalloc.start()
    found = read_all(tmp_path, data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "200 times its packed size" in found["a.ipynb"]
    assert found["b.ipynb"] == b"good"
    assert peak < 2**20


def test_a_bomb_that_says_it_is_small_is_not_unpacked_further_than_it_says(tmp_path):
    data = zipped({"a.ipynb": bytes(20 * 2**20)})
    path = written(tmp_path, changed(data, TABLE, 24, "<L", 1000))
    (entry,) = members(path)
    tracemalloc.start()
    with pytest.raises(Refused, match="says it has 1000 bytes and has more"):
        entry.read()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20


def test_a_notebook_over_the_limit_is_refused_by_what_it_says(tmp_path):
    data = changed(zipped({"a.ipynb": b"x"}), TABLE, 24, "<L", MOST_BYTES + 1)
    assert "at most 64 MB are read" in the_one(tmp_path, data)


def test_notebooks_that_are_too_much_together_stop_the_archive(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_TOTAL", 100)
    with pytest.raises(Refused, match="Grade it in parts") as refused:
        read_all(tmp_path, zipped({"a.ipynb": bytes(60), "b.ipynb": bytes(60)}))
    assert refused.value.reason is Reason.FILE_REJECTED
    assert read_all(tmp_path, zipped({"a.ipynb": bytes(60), "b.npz": bytes(60)}))


def test_too_many_members_stop_the_archive_before_they_are_counted(tmp_path):
    once = zipped({"a": b""}, zipfile.ZIP_STORED)
    table = once[once.find(TABLE) : once.find(END)] * (archives.MOST_MEMBERS + 1)
    end = once[once.find(END) :]
    many = bytearray(once[: once.find(TABLE)] + table + end)
    struct.pack_into("<L", many, len(many) - len(end) + 12, len(table))
    with pytest.raises(Refused, match="more than 50000 members"):
        read_all(tmp_path, bytes(many))


def test_a_table_of_contents_that_is_too_long_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_TABLE", 30)
    with pytest.raises(Refused, match="table of contents"):
        read_all(tmp_path, zipped({"a.ipynb": b"x"}))


@pytest.mark.parametrize(
    "data", [b"", b"PK", b"Rar!\x1a\x07", b"\x1f\x8b" + bytes(99), bytes(30_000)]
)
def test_what_is_no_archive_is_refused(tmp_path, data):
    with pytest.raises(Refused, match="no zip archive, or a damaged one"):
        read_all(tmp_path, data)


@pytest.mark.parametrize("cut", [1, 10, 22, 40, 60])
def test_an_archive_without_its_end_is_refused(tmp_path, cut):
    with pytest.raises(Refused, match="damaged"):
        read_all(tmp_path, zipped({"a.ipynb": ABOUT_NORM})[:-cut])


def test_a_member_with_two_names_is_refused(tmp_path):
    data = zipped({"aa.ipynb": b"x"}).replace(b"aa.ipynb", b"bb.ipynb", 1)
    assert "two different names" in the_one(tmp_path, data)


def test_a_member_with_a_wrong_checksum_or_damaged_bytes_is_refused(tmp_path):
    data = zipped({"a.ipynb": b"x" * 50}, zipfile.ZIP_STORED)
    assert "checksum" in the_one(tmp_path, data.replace(b"xxxxx", b"yxxxx", 1))


def test_names_are_utf_8_whether_they_say_so_or_not_and_else_code_page_437(tmp_path):
    utf = zipped({"Zoë/a.ipynb": b"x"})
    assert list(read_all(tmp_path, utf)) == ["Zoë/a.ipynb"]
    unsaid = changed(changed(utf, TABLE, 8, "<H", 0), LOCAL, 6, "<H", 0)
    assert read_all(tmp_path, unsaid) == {"Zoë/a.ipynb": b"x"}
    old = unsaid.replace("ë".encode(), "\u00eb\u00e9".encode("cp437"))
    assert read_all(tmp_path, old) == {"Zoëé/a.ipynb": b"x"}


def test_a_name_that_says_it_is_utf_8_and_is_not_is_refused(tmp_path):
    data = zipped({"Zoë/a.ipynb": b"x"}).replace("ë".encode(), b"\xff\xfe")
    with pytest.raises(Refused, match="damaged"):
        read_all(tmp_path, data)


def test_hidden_files_and_litter_are_passed_over(tmp_path):
    litter = ["__MACOSX/._a.ipynb", ".ipynb_checkpoints/a.ipynb", "j/.a.ipynb"]
    data = zipped(dict.fromkeys([*litter, "Thumbs.db", "j/a.ipynb"], b"x"))
    assert list(read_all(tmp_path, data)) == ["j/a.ipynb"]


def test_five_hundred_mutated_archives_are_read_or_refused_and_nothing_else(tmp_path):
    rng = random.Random(0)
    inside = {f"l{n}/07_layer_norm.ipynb": notebook("x = 1" * n) for n in range(6)}
    good = zipped({**inside, "l0/data.bin": rng.randbytes(3000), "l7/": b""})
    right = set(inside.values())
    tracemalloc.start()
    for _ in range(500):
        mutated = bytearray(good)
        start = rng.choice([0, good.find(TABLE), good.find(END)])
        for _ in range(rng.randint(1, 12)):
            mutated[rng.randrange(start, len(mutated))] = rng.randrange(256)
        path = written(tmp_path, mutated)
        try:
            entries = members(path)
        except Refused as refused:
            assert refused.reason is Reason.FILE_REJECTED
            continue
        for entry in entries:
            try:
                data = entry.read()
            except Refused as refused:
                assert str(refused)
            else:
                assert not entry.name.endswith(".ipynb") or data in right
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20
    assert [one.name for one in tmp_path.iterdir()] == ["class.zip"]


def test_bytes_before_an_archive_do_no_harm(tmp_path):
    data = io.BytesIO(b"#!/bin/sh\n" + zipped({"a.ipynb": b"x"}))
    assert read_all(tmp_path, data.getvalue()) == {"a.ipynb": b"x"}
