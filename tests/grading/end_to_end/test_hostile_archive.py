"""A class in an archive with members that lead astray: they are refused, no more."""

import io
import stat
import sys
import zipfile

import pytest
from bulk.class_of import filled, worked
from end_to_end.bed import grade, left_behind, lines, offered, only, recorded
from end_to_end.files import FILE, RIGHT
from hostile import tree

from coursekit.commands import base
from coursekit.grading.reasons import Reason

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
NORM = "07_layer_norm"
GOOD = {f"{who}/{NORM}.ipynb": RIGHT for who in ("Doe, Jane", "=cmd()", "zoe")}

LOOP = "def axes_of(*a):\n    while True: pass\n"
EVIL = {
    f"../../{FILE}": RIGHT,
    f"/tmp/{FILE}": RIGHT,
    f"C:\\{FILE}": RIGHT,
    f"ada/../{FILE}": RIGHT,
    f"link/{FILE}": (b"/etc/passwd", stat.S_IFLNK),
    f"pipe/{FILE}": (b"", stat.S_IFIFO),
    "packed/work.zip": b"PK",
    f"loops/{FILE}": filled(NORM, worked(NORM) | {"axes_of": LOOP}),
}


def packed(path, members):
    """Write an archive; the mode of a member may be given with its bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            data, mode = data if isinstance(data, tuple) else (data, stat.S_IFREG)
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.compress_type, info.external_attr = 8, (mode | 0o644) << 16
            archive.writestr(info, data)
    path.write_bytes(out.getvalue())
    return path


def test_an_archive_s_tricks_are_refused_and_cost_nobody_else(tmp_path):
    around, temporary = tmp_path / "around", tmp_path / "temporary"
    around.mkdir()
    evil = EVIL | {f"bomb/{FILE}": bytes(300 << 20)}
    packed(around / "class.zip", GOOD | evil)
    packed(around / "good.zip", GOOD)
    before = tree(around)
    with only(offered()[0], temporary):
        for what in ("class", "good"):
            out = tmp_path / f"out of {what}"
            assert grade(around / f"{what}.zip", out, offered()[0]) == base.DONE
    assert left_behind(temporary) == (set(), [])
    assert tree(around) == before
    ours = {"around", "temporary", "out of class", "out of good"}
    assert {path.name for path in tmp_path.iterdir()} == ours
    found, alone = lines(tmp_path / "out of class"), lines(tmp_path / "out of good")
    assert len(alone) == 3 and all(found[who] == alone[who] for who in alone)
    reasons = {one.origin: one.reason for one in recorded(tmp_path / "out of class")}
    assert len(reasons) == len(GOOD) + len(evil)
    rejected = {origin for origin in reasons if reasons[origin] is Reason.FILE_REJECTED}
    assert rejected == reasons.keys() - GOOD.keys() - {f"loops/{FILE}"}
