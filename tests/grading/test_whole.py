"""A file is there whole or not at all."""

import errno

import pytest

from coursekit.grading import whole


def test_text_becomes_utf_8_and_bytes_stay_what_they_are(tmp_path):
    whole.write_whole(tmp_path / "a", "é\n")
    whole.write_whole(tmp_path / "b", b"\0")
    assert (tmp_path / "a").read_bytes() == "é\n".encode()
    assert (tmp_path / "b").read_bytes() == b"\0"


@pytest.mark.parametrize("broken", ["open", "replace"])
def test_a_full_disk_leaves_the_file_before_it_and_no_half_one(
    tmp_path, monkeypatch, broken
):
    whole.write_whole(tmp_path / "a", "old")

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(whole.Path, broken, full)
        with pytest.raises(OSError, match="No space left"):
            whole.write_whole(tmp_path / "a", "new")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a", "old")]
