"""reveal.js out of its package, as it stands inside a page."""

import subprocess
import sys
from importlib.metadata import PackageNotFoundError

import pytest

from coursekit.authoring.book import reveal as module
from coursekit.authoring.book.reveal import MARKS, reveal
from coursekit.authoring.sources import BuildError


def test_a_script_holds_nothing_that_would_end_or_hide_it():
    for name in ("dist/reveal.js", "plugin/notes/notes.js", "plugin/zoom/zoom.js"):
        assert not MARKS.search(reveal(name))


def test_sphinx_is_not_loaded():
    code = (
        "import sys; from coursekit.authoring.book.reveal import reveal; "
        "reveal('LICENSE'); print('sphinx' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert said.stdout == "False\n", said.stderr


def test_without_the_package_the_message_names_the_extra(monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(module, "distribution", missing)
    with pytest.raises(BuildError, match=r"pip install -e '\.\[teach\]'"):
        reveal("dist/reveal.js")


def test_a_package_without_the_file_gets_the_same_message():
    with pytest.raises(BuildError, match=r"dist/none\.js is not installed"):
        reveal("dist/none.js")
