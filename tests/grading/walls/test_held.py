"""A temporary folder goes with its maker or with the next one; others' stay."""

import os
import subprocess
import sys
import tempfile

import pytest

from coursekit.grading.walls import held
from coursekit.grading.walls.held import PREFIX, Held, remove_left

pytestmark = pytest.mark.skipif(held.fcntl is None, reason="there are no such locks")
KILLED = """
import os, sys
sys.path[:0] = {path!r}
from coursekit.grading.walls.held import Held
folder = Held().folder
(folder / "scratch").mkdir()
(folder / "scratch" / "file").write_text("x")
os.symlink(os.environ["OTHER"], folder / "link")
print(folder.name, flush=True)
os.kill(os.getpid(), 9)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """Return the folder for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def names(folder):
    return {path.name for path in folder.iterdir()}


def killed(other):
    """Return the folder of a process that was killed."""
    code = KILLED.format(path=sys.path)
    environment = {**os.environ, "OTHER": str(other)}
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True)
    return ran.stdout.strip()


def test_what_is_held_stays_until_it_is_given_up(temporary):
    with Held() as one, Held() as two:
        remove_left()
        assert names(temporary) == {one.folder.name, two.folder.name}
        (one.folder / "deep").mkdir()
    assert names(temporary) == set()


def test_the_next_one_removes_what_a_killed_one_left(temporary, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "file").write_text("somebody's")
    left = killed(other)
    assert names(temporary) == {left}
    with Held() as held_:
        assert names(temporary) == {held_.folder.name}
    assert (other / "file").read_text() == "somebody's"


def test_what_only_looks_like_one_stays(temporary, tmp_path):
    (tmp_path / "other").mkdir()
    (temporary / f"{PREFIX}link").symlink_to(tmp_path / "other")
    (temporary / f"{PREFIX}file").write_text("x")
    (temporary / "coursekit-home").mkdir()
    before = names(temporary)
    remove_left()
    assert names(temporary) == before and (tmp_path / "other").is_dir()


@pytest.mark.skipif(
    getattr(os, "geteuid", int)() != 0, reason="only root can give a folder away"
)
def test_another_user_s_folder_stays(temporary):
    folder = temporary / f"{PREFIX}theirs"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    remove_left()
    assert names(temporary) == {folder.name}


@pytest.mark.parametrize("step", ["_opened", "_is_at"])
def test_one_that_was_taken_for_left_is_made_again(temporary, monkeypatch, step):
    made, usual = [], getattr(held, step)

    def too_late(*arguments):
        made.append(arguments[-1])
        if len(made) == 1:  # somebody removed it before it was open, or locked
            made[0].rmdir()
        return usual(*arguments)

    monkeypatch.setattr(held, step, too_late)
    with Held() as held_:
        assert made[0] != held_.folder == made[-1]
        assert names(temporary) == {held_.folder.name}
