"""Nothing a test does is written to the home of whoever runs it."""

import pytest


@pytest.fixture(autouse=True)
def sealed_home(tmp_path_factory, monkeypatch):
    """Keep a learner's progress in a folder of this test alone."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("COURSEKIT_HOME", str(home))
    return home
