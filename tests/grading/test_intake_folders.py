"""Folders are walked without following, waiting or trusting; files are read bounded."""

import errno
import os
import pickle
import signal
import socket
from pathlib import Path

import pytest
from handed_in import ABOUT_NORM, laid_out

from coursekit.grading.intake import files, folders
from coursekit.grading.intake.files import open_regular, read_file
from coursekit.grading.intake.folders import walk
from coursekit.grading.intake.reading import MOST_BYTES, Refused
from coursekit.grading.reasons import Reason

unix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")


@pytest.fixture
def no_waiting():
    """Fail a test that waits for a pipe."""
    if hasattr(signal, "alarm"):
        signal.alarm(5)
        yield
        signal.alarm(0)
    else:
        yield


def found_in(root):
    return {entry.origin: entry for entry in walk(root)}


def make(kind, path):
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to(path.with_name("good.ipynb"))
    elif kind == "dangling link":
        path.symlink_to(path.with_name("nothing"))
    elif kind == "link to a folder":
        path.symlink_to(path.parent)
    elif kind == "folder":
        path.mkdir()
        (path / "b.ipynb").write_bytes(ABOUT_NORM)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as server:
            here = Path.cwd()
            os.chdir(path.parent)  # a socket's path may have only 108 characters
            server.bind(path.name)
            os.chdir(here)
    else:
        try:
            os.mknod(path, 0o20666, os.makedev(1, 5))
        except PermissionError:
            pytest.skip("only root makes devices")


@unix
@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("pipe", "it is a pipe"),
        ("socket", "it is a socket"),
        ("device", "it is a device"),
        ("link", "it is a link"),
        ("dangling link", "it is a link"),
        ("link to a folder", "it is a link"),
        ("folder", "it is a folder"),
    ],
)
def test_only_regular_files_are_read_and_a_good_neighbour_is(
    tmp_path, no_waiting, kind, says
):
    laid_out(tmp_path, {"good.ipynb": ABOUT_NORM})
    make(kind, tmp_path / "a.ipynb")
    found = found_in(tmp_path)
    assert sorted(found) == ["a.ipynb", "good.ipynb"]
    assert found["a.ipynb"].reason is Reason.FILE_REJECTED
    for read in (found["a.ipynb"].read, lambda: read_file(tmp_path / "a.ipynb")):
        with pytest.raises(Refused, match=says) as refused:
            read()
        assert refused.value.reason is Reason.FILE_REJECTED
    assert found["good.ipynb"].read() == ABOUT_NORM


@unix
def test_a_file_that_becomes_a_pipe_or_a_link_after_the_walk_is_refused(
    tmp_path, no_waiting
):
    laid_out(tmp_path, {"a.ipynb": ABOUT_NORM, "good.ipynb": ABOUT_NORM})
    entry = found_in(tmp_path)["a.ipynb"]
    for kind in ("pipe", "link"):
        (tmp_path / "a.ipynb").unlink()
        make(kind, tmp_path / "a.ipynb")
        with pytest.raises(Refused, match=f"it is a {kind}"):
            entry.read()


@unix
def test_what_changes_between_the_look_and_the_opening_is_seen(
    tmp_path, no_waiting, monkeypatch
):
    laid_out(tmp_path, {"good.ipynb": ABOUT_NORM})
    regular = (tmp_path / "good.ipynb").lstat()
    monkeypatch.setattr(Path, "lstat", lambda self: regular)
    make("pipe", tmp_path / "a.ipynb")
    make("link", tmp_path / "b.ipynb")
    for name in ("a.ipynb", "b.ipynb"):
        with pytest.raises(Refused) as refused:
            open_regular(tmp_path / name)
        assert refused.value.reason is Reason.FILE_REJECTED


def test_a_file_over_the_limit_is_refused_unread(tmp_path):
    with (tmp_path / "a.ipynb").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    for read in (
        found_in(tmp_path)["a.ipynb"].read,
        lambda: read_file(tmp_path / "a.ipynb"),
    ):
        with pytest.raises(Refused, match="at most 64 MB are read"):
            read()


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path, monkeypatch):
    laid_out(tmp_path, {"a.ipynb": b"0123456789"})
    small = laid_out(tmp_path / "other", {"b.ipynb": b"012"}) / "b.ipynb"
    before = small.stat()
    monkeypatch.setattr(files.os, "fstat", lambda descriptor: before)
    with pytest.raises(Refused, match="grew beyond its 3 bytes"):
        read_file(tmp_path / "a.ipynb")


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.EACCES, Reason.GRADER_ERROR),
        (errno.EIO, Reason.GRADER_ERROR),
        (errno.ENOENT, Reason.GRADER_ERROR),
        (errno.ENAMETOOLONG, Reason.FILE_REJECTED),
        (errno.ELOOP, Reason.FILE_REJECTED),
    ],
)
def test_what_this_computer_cannot_read_is_no_learner_s_fault(
    tmp_path, monkeypatch, number, reason
):
    laid_out(tmp_path, {"a.ipynb": ABOUT_NORM})

    def fails(*args):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files.os, "open", fails)
    with pytest.raises(Refused) as refused:
        read_file(tmp_path / "a.ipynb")
    assert refused.value.reason is reason


def test_a_folder_that_cannot_be_read_costs_only_itself(tmp_path, monkeypatch):
    laid_out(tmp_path, {"bob/a.ipynb": ABOUT_NORM, "jane/a.ipynb": ABOUT_NORM})
    scan = os.scandir

    def picky(path):
        if Path(path).name == "bob":
            raise PermissionError(errno.EACCES, "Permission denied")
        return scan(path)

    monkeypatch.setattr(folders.os, "scandir", picky)
    reasons = [entry.reason for entry in walk(tmp_path) if entry.origin == "bob"]
    assert reasons[-1] is Reason.GRADER_ERROR
    assert found_in(tmp_path)["jane/a.ipynb"].read() == ABOUT_NORM


def test_hidden_files_and_litter_are_passed_over(tmp_path):
    names = (".ipynb_checkpoints/a.ipynb", "__MACOSX/a.ipynb", ".coursekit/a.ipynb")
    more = (".hidden.ipynb", "desktop.ini", "Thumbs.db", "~$a.ipynb", "jane/.x/a.ipynb")
    laid_out(tmp_path, dict.fromkeys([*names, *more, "jane/a.ipynb"], b"x"))
    assert sorted(found_in(tmp_path)) == ["jane", "jane/a.ipynb"]


def test_folders_are_walked_only_so_deep(tmp_path):
    deep = "/".join(["d"] * 40)
    laid_out(tmp_path, {f"{deep}/a.ipynb": ABOUT_NORM})
    *_, last = walk(tmp_path)
    assert last.message == "it lies more than 32 folders deep."


def test_a_folder_with_far_too_many_files_is_not_the_one_that_was_meant(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(folders, "MOST_FILES", 3)
    laid_out(tmp_path, {f"a{n}.txt": b"" for n in range(4)})
    with pytest.raises(Refused, match="Name the folder") as refused:
        list(walk(tmp_path))
    assert refused.value.reason is Reason.GRADER_ERROR


def test_an_entry_can_be_sent_to_another_process_unread(tmp_path):
    laid_out(tmp_path, {"a.ipynb": ABOUT_NORM})
    entry = pickle.loads(pickle.dumps(found_in(tmp_path)["a.ipynb"]))
    assert entry.read() == ABOUT_NORM
