"""The same content gives the same bytes, and nothing is overwritten."""

import os
import sys
import zipfile

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


def test_the_same_content_gives_the_same_bytes_in_any_order_and_under_any_mask(
    tmp_path,
):
    write_archive(FILES, tmp_path / "1" / "norms.zip")
    mask = os.umask(0o077)
    try:
        backwards = dict(reversed(FILES.items()))
        write_archive(backwards, tmp_path / "2" / "norms.zip")
    finally:
        os.umask(mask)
    one, two = (tmp_path / place / "norms.zip" for place in "12")
    assert one.read_bytes() == two.read_bytes()
    if sys.platform != "win32":
        assert one.stat().st_mode == two.stat().st_mode


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
