"""A file of late rules means what it says, or the message names the line."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from coursekit.grading.records.errors import RecordsError
from coursekit.grading.records.late_file import EXAMPLE, line_of, read_late

DUE = datetime(2026, 3, 1, 22, 59, tzinfo=UTC)


@pytest.fixture
def read(tmp_path):
    def read(source):
        file = tmp_path / "late.toml"
        file.write_bytes(source if isinstance(source, bytes) else source.encode())
        return read_late(file)

    return read


@pytest.fixture
def berlin():
    try:
        return ZoneInfo("Europe/Berlin")
    except ZoneInfoNotFoundError:
        pytest.skip("this computer knows no timezones")


def test_the_example_means_what_its_comments_say(read, berlin):
    rules = read(EXAMPLE)
    rule = rules.rule("07_layer_norm")
    assert rule.due == DUE
    assert rule.due.tzinfo == berlin
    assert rule.steps == ((0, 10), (48, 50))
    assert (rule.grace_minutes, rule.at_most_percent) == (15, 50)
    assert rules.rule("06_other").percent_per_day == 10
    assert rules.rule("06_other").due is None
    assert rules.extensions[0].days == 7


def test_an_empty_file_takes_nothing_off(read):
    rules = read("")
    assert rules.rule("07_layer_norm").due is None
    assert rules.given


def test_a_byte_order_mark_is_no_part_of_the_rules(read):
    assert read(b"\xef\xbb\xbf[default]\ngrace_minutes = 3").default.grace_minutes == 3


def test_an_exercise_can_be_named_by_its_number(read):
    rules = read("[exercises.07]\ndue = 2026-03-01T23:59:00+01:00")
    assert rules.rule("07_layer_norm").due == DUE
    assert rules.rule("08_layer_norm").due is None


def test_what_an_exercise_says_goes_before_the_default(read):
    rules = read(
        "[default]\nsteps = [{ after_hours = 0, percent = 5 }]\ngrace_minutes = 9\n"
        "[exercises.07]\npercent_per_day = 20\n"
    )
    rule = rules.rule("07_x")
    assert (rule.steps, rule.percent_per_day, rule.grace_minutes) == ((), 20, 9)


def test_an_extension_by_date_is_read(read):
    rules = read(
        "[exercises.07]\ndue = 2026-03-01T23:59:00+01:00\n"
        "[[extensions]]\nlearner = 'Ada'\nexercise = '07'\n"
        "due = 2026-03-02T23:59:00+01:00\n"
    )
    assert rules.extensions[0].due == DUE + timedelta(days=1)


WRONG = {
    "[default]\npercent_per_day = 10\ngrace_minute = 3": (3, "grace_minutes"),
    "[defaults]": (1, "'default'"),
    "x = 1": (1, "unknown"),
    "[default]\npercent_per_day = 110": (2, "from 0 to 100"),
    "[default]\npercent_per_day = -1": (2, "from 0 to 100"),
    "[default]\npercent_per_day = nan": (2, "from 0 to 100"),
    "[default]\npercent_per_day = true": (2, "number"),
    "[default]\npercent_per_day = 1\nsteps = []": (3, "beside"),
    "[default]\nof = 'all'": (2, "possible"),
    "[default]\nsteps = [1]": (2, "list such as"),
    "[default]\n\nsteps = [{ after_hours = 0 }]": (3, "list such as"),
    "[default]\nsteps = [{ after_hours = 9, percent = 1 }, "
    "{ after_hours = 1, percent = 2 }]": (2, "must rise"),
    "[exercises]\n[exercises.07]\ndue = 2026-03-01": (3, "date with a time"),
    "# two\n[exercises.07]\ndue = 2026-03-01T23:59:00": (3, "timezone"),
    "[exercises.07]\ndue = 0001-03-01T23:59:00Z": (2, "from 1970"),
    "[exercises]\n07 = 3": (2, "must be a table"),
    "exercises = 3": (1, "must be a table"),
    "timezone = 'Mars/Olympus'": (1, "must be a name"),
    "timezone = 3": (1, "must be a name"),
    "extensions = 3": (1, "extensions"),
    "[[extensions]]\ndays = 3": (1, "must name a learner"),
    "[[extensions]]\nlearner = 'a'\ndays = 1\n[[extensions]]\nlearner = 'b'": (
        5,
        "either days or due",
    ),
    "[[extensions]]\nlearner = 'a'\ndays = 1\n\n[[extensions]]\nlearner = 'b'\n"
    "days = 'x'": (7, "number"),
    "[exercises.07]\ndue = 2026-03-01T23:59:00Z\n[[extensions]]\nlearner = 'a'\n"
    "exercise = '07'\ndue = 2026-02-01T23:59:00Z": (6, "later than"),
    "[default]\na = = 3": (2, "no valid TOML"),
}


@pytest.mark.parametrize(("source", "expected"), WRONG.items(), ids=range(len(WRONG)))
def test_what_is_wrong_is_named_with_its_line(read, source, expected):
    line, words = expected
    with pytest.raises(RecordsError, match=rf"line {line}\b") as raised:
        read(source)
    assert words in str(raised.value)
    assert str(raised.value).endswith("Mend that line.")


def test_a_file_that_is_not_there_or_no_text_is_named(read, tmp_path):
    with pytest.raises(RecordsError, match="cannot be read"):
        read_late(tmp_path / "none.toml")
    with pytest.raises(RecordsError, match="not UTF-8"):
        read(b"\xff\xfe\x00")
    with pytest.raises(RecordsError, match="cannot be read"):
        read_late(tmp_path)


def test_a_key_in_an_inline_table_has_the_line_of_the_table():
    assert line_of("a = 1\ndefault = { of = 2 }\n", "default", "of") == 2
