"""The same content gives the same bytes, and nothing is overwritten."""

import os
import sys
import zipfile
from pathlib import Path

import pytest

from coursekit.authoring.release.write import WriteError, write_archive, write_folder

FILES = {"README.md": b"read me\n", "exercises/00.ipynb": b"{}\n"}


def contents(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_a_folder_holds_the_files_and_nothing_is_left_beside_it(tmp_path):
    write_folder(FILES, tmp_path / "made" / "norms")
    assert contents(tmp_path) == {
        f"made/norms/{name}": content for name, content in FILES.items()
    }


def test_an_empty_folder_is_filled(tmp_path):
    write_folder(FILES, tmp_path)
    assert contents(tmp_path) == FILES


def test_an_archive_unpacks_into_one_folder_with_its_name(tmp_path):
    write_archive(FILES, tmp_path / "norms.zip")
    with zipfile.ZipFile(tmp_path / "norms.zip") as archive:
        archive.extractall(tmp_path / "out")
    assert contents(tmp_path / "out" / "norms") == FILES


def test_the_same_content_gives_the_same_bytes_in_any_order(tmp_path):
    write_archive(FILES, tmp_path / "1" / "norms.zip")
    write_archive(dict(reversed(FILES.items())), tmp_path / "2" / "norms.zip")
    one, two = (tmp_path / place / "norms.zip" for place in "12")
    assert one.read_bytes() == two.read_bytes()


def test_an_archive_tells_nothing_of_the_day_and_the_computer(tmp_path):
    write_archive(FILES, tmp_path / "norms.zip")
    with zipfile.ZipFile(tmp_path / "norms.zip") as archive:
        for entry in archive.infolist():
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            assert entry.external_attr >> 16 == 0o100644
            assert (entry.create_system, entry.compress_type) == (3, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="files have no modes on Windows")
@pytest.mark.parametrize("write", [write_folder, write_archive])
def test_others_can_read_it_whatever_the_mask(tmp_path, write):
    mask = os.umask(0o077)
    try:
        write(FILES, tmp_path / "norms")
    finally:
        os.umask(mask)
    made = tmp_path / "norms"
    file = made / "README.md" if made.is_dir() else made
    assert file.stat().st_mode & 0o777 == 0o644
    for folder in [made, *made.glob("*/")] if made.is_dir() else []:
        assert folder.stat().st_mode & 0o055 == 0o055


@pytest.mark.parametrize(
    ("write", "broken"),
    [
        (write_folder, (Path, "write_bytes")),
        (write_archive, (zipfile.ZipFile, "writestr")),
    ],
)
def test_a_disk_that_fills_up_leaves_nothing_behind(
    tmp_path, monkeypatch, write, broken
):
    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(*broken, full)
        with pytest.raises(WriteError, match=r"no space left on device"):
            write(FILES, tmp_path / "norms")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("write", [write_folder, write_archive])
def test_what_is_there_already_stays(tmp_path, write):
    (tmp_path / "norms").mkdir()
    (tmp_path / "norms" / "mine").write_text("mine")
    with pytest.raises(WriteError, match="nothing is overwritten"):
        write(FILES, tmp_path / "norms")
    assert contents(tmp_path) == {"norms/mine": b"mine"}


@pytest.mark.parametrize("write", [write_folder, write_archive])
def test_a_place_that_cannot_be_written_leaves_nothing_behind(tmp_path, write):
    (tmp_path / "file").write_text("a file, no folder")
    with pytest.raises(WriteError, match="cannot be written"):
        write(FILES, tmp_path / "file" / "norms")
    assert contents(tmp_path) == {"file": b"a file, no folder"}
