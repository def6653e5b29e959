"""Layer norm's rows stand alone; batch norm's hang together."""

import numpy as np
import pytest

from coursekit.experiments import batch_independence as experiment


def test_only_the_touched_row_moves_under_layer_norm():
    result = experiment.run(experiment.Config())
    assert np.flatnonzero(result.layer.per_row).tolist() == [result.touched]
    assert result.layer.alone == 0
    assert result.layer.nan_rows == 1


def test_every_row_moves_under_batch_norm():
    result = experiment.run(experiment.Config())
    assert (result.batch.per_row > 0.01).all()
    assert result.batch.nan_rows == 64


def test_batch_of_one_is_refused_by_batch_norm():
    assert np.isnan(experiment.run(experiment.Config()).batch.alone)


def test_claim_falls_when_layer_norm_takes_the_batchs_statistics():
    def over_the_batch(x):
        return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)

    result = experiment.run(experiment.Config(), norms={"layer": over_the_batch})
    assert result.layer.nan_rows == 64
    assert result.layer.alone > 0


def test_row_outside_the_batch_is_refused():
    with pytest.raises(ValueError, match="n must be at least 65; got 64"):
        experiment.run(experiment.Config(touched=64))
