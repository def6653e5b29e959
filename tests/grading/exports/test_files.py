"""An export's files are there whole or not at all."""

import errno
import os
import sys

import pytest

from coursekit.grading.exports import files


def test_files_are_written_below_the_folder_that_is_made(tmp_path):
    written = files.write(tmp_path / "a", [("b/c.txt", "é"), ("d", b"\0")])
    assert [path.read_bytes() for path in written] == ["é".encode(), b"\0"]


def test_a_full_disk_leaves_what_was_there_and_no_half_file(tmp_path, monkeypatch):
    files.write(tmp_path, [("a", "old")])

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.Path, "replace", full)
    with pytest.raises(files.ExportError, match=r"No space left .* Make room"):
        files.write(tmp_path, [("a", "new")])
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a", "old")]


def test_a_file_where_a_folder_should_be_is_said_in_words(tmp_path):
    (tmp_path / "a").write_text("")
    with pytest.raises(files.ExportError, match="--out"):
        files.write(tmp_path / "a", [("b", "")])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such links for all")
def test_the_template_is_never_written_over_by_whatever_name(tmp_path):
    template, link, hard = (tmp_path / name for name in ("t.csv", "link", "hard"))
    template.write_text("a,b\n")
    link.symlink_to(template)
    os.link(template, hard)
    for target in (template, link, hard, tmp_path / "x" / ".." / "t.csv"):
        with pytest.raises(ValueError, match="must not be the template"):
            files.refuse_template(template, target)
    files.refuse_template(template, tmp_path / "other.csv")
