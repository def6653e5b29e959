"""In float32 the norms are never much less exact than torch's, far from zero."""

import runpy
from pathlib import Path

import pytest

BENCHMARK = runpy.run_path(
    str(Path(__file__).parents[1] / "benchmarks" / "reference_accuracy.py")
)


@pytest.mark.parametrize("offset", BENCHMARK["OFFSETS"])
@pytest.mark.parametrize(
    ("norm", "shape"),
    [(norm, shape) for norm, shapes in BENCHMARK["SHAPES"].items() for shape in shapes],
)
def test_output_and_dx_err_at_most_twice_as_much_as_in_torch(norm, shape, offset):
    for seed in BENCHMARK["SEEDS"]:
        ours, theirs = BENCHMARK["errors"](norm, shape, offset, seed)
        assert (ours <= 2 * theirs).all(), f"seed {seed}: {ours} against {theirs}"


def test_the_benchmark_prints_a_row_for_each_norm_value_and_offset(capsys):
    BENCHMARK["main"]()
    assert len(capsys.readouterr().out.splitlines()) == 1 + 3 * 2 * 4
