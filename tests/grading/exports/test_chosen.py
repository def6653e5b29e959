"""Which records are exported."""

import pytest
from settled_made import NOON, settled

from coursekit.grading.exports.chosen import by_learner, choose, folder_of, one_each
from coursekit.grading.reasons import Reason


def test_an_exercise_is_known_by_its_number_too():
    records = [settled("Ada"), settled("Ada", exercise="05_batch_norm")]
    for name in ("07", "7", "07_layer_norm"):
        assert choose(records, exercise=name) == records[:1]


def test_a_learner_is_known_by_name_and_id():
    records = [settled("Ada"), settled("Grace")]
    assert choose(records, learner="Ada") == choose(records, learner="id-Ada")


def test_what_is_not_there_is_said_with_what_is():
    with pytest.raises(ValueError, match="07_layer_norm; got '99'"):
        choose([settled("Ada")], exercise="99")
    with pytest.raises(ValueError, match="'Eve'"):
        choose([settled("Ada")], learner="Eve")


def test_a_notebook_that_could_be_graded_comes_before_a_later_one_that_could_not():
    good = settled("Ada", origin="a.ipynb")
    late = settled("Ada", origin="b.ipynb", modified=NOON + 9, reason=Reason.RAISED)
    kept, notes = one_each([late, good])
    assert kept == [good]
    assert "b.ipynb" in notes[0]


def test_a_notebook_of_no_exercise_has_no_cell_anywhere():
    kept, notes = one_each([settled("Ada", exercise="", tasks=())])
    assert not kept
    assert "no exercise" in notes[0]


def test_records_of_one_learner_stay_together():
    records = [settled("Bo"), settled("Ada"), settled("Bo", exercise="05_batch_norm")]
    together = by_learner(records)
    assert [len(several) for several in together] == [1, 2]


@pytest.mark.parametrize(
    "name", ["../../etc", "CON", "=cmd()", "a\udc80", "🦉", "a/b\\c"]
)
def test_every_learner_has_a_folder_that_every_file_system_takes(name):
    folder = folder_of(settled(name))
    assert folder.replace("-", "").isalnum()
    assert folder.isascii()
    assert folder != folder_of(settled(name + "x"))
