"""Process 1 of the children's namespace kills all others there, and nowhere else."""

import sys

import pytest

from coursekit.grading.walls import keeper

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has it")


def test_it_does_not_serve_outside_a_namespace_of_its_own(monkeypatch, tmp_path):
    went_on = tmp_path / "went on"

    def stop_here(_):  # long before it would kill anybody
        went_on.touch()
        raise SystemExit

    monkeypatch.setattr(keeper, "die_with_parent", stop_here)
    with pytest.raises(OSError, match="no process namespace"):
        keeper.Keeper()
    assert not went_on.exists()
