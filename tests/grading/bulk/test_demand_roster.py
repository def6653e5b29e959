"""Which walls a run asks for, and who should have handed in."""

import pytest

from coursekit.grading.bulk.demand import best_level
from coursekit.grading.bulk.desk import RunError
from coursekit.grading.bulk.roster import read_roster
from coursekit.grading.isolation import Availability, Level

NONE = [
    Availability(Level.NAMESPACES, False, "unshare: Operation not permitted"),
    Availability(Level.LANDLOCK, False, "landlock: Function not implemented"),
    Availability(Level.PROCESS, True),
]
SOME = [NONE[0], Availability(Level.LANDLOCK, True), NONE[2]]
ALL = [Availability(Level.NAMESPACES, True), *SOME[1:]]


@pytest.mark.parametrize(
    ("found", "least", "best"),
    [
        (ALL, Level.LANDLOCK, Level.NAMESPACES),
        (ALL, Level.PROCESS, Level.NAMESPACES),
        (SOME, Level.LANDLOCK, Level.LANDLOCK),
        (SOME, Level.PROCESS, Level.LANDLOCK),
        (NONE, Level.PROCESS, Level.PROCESS),
    ],
)
def test_the_best_walls_there_are_get_used(found, least, best):
    assert best_level(found, least) is best


@pytest.mark.parametrize(
    ("found", "least"), [(NONE, Level.LANDLOCK), (SOME, Level.NAMESPACES)]
)
def test_a_run_does_not_begin_below_what_is_asked(found, least):
    with pytest.raises(RunError) as refused:
        best_level(found, least)
    message = str(refused.value)
    assert "namespaces: unshare: Operation not permitted" in message
    assert "--require-isolation process" in message
    assert ("Function not implemented" in message) == (least is Level.LANDLOCK)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.txt", "Doe, Jane\n\n 李 雷 \r\n", ["Doe, Jane", "李 雷"]),
        ("a.csv", "\ufeffid,name\n1,Ada\n2,Bob\n", {"1": "Ada", "2": "Bob"}),
        ("a.csv", "Name;ID number\nAda;7\n", {"7": "Ada"}),
        (
            "a.csv",
            "Student,ID,SIS User ID,Section\n    Points Possible,,,\nDoe Jane,9,s9,A\n",
            {"s9": "Doe Jane", "Points Possible": "Points Possible"},
        ),
        ("a.csv", "First name,Last name\nAda,Lovelace\n", ["Ada Lovelace"]),
        ("a.csv", "First name,Surname,Email address\nA,L,a@x\n", {"a@x": "A L"}),
        ("a.csv", "name\nAda\n", ["Ada"]),
        ("a.csv", "Ada\nBob\n", ["Ada", "Bob"]),
        ("a.tsv", "id\tname\n1\tAda\n", {"1": "Ada"}),
        ("a.csv", "id,name\n1\n", {"1": ""}),
    ],
)
def test_a_roster_is_read_as_platforms_write_it(tmp_path, name, text, expected):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    assert read_roster(path) == expected


def test_a_roster_of_excel_is_read_whatever_it_saved(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id;name\n1;Zoë\n", "utf-16")
    assert read_roster(path) == {"1": "Zoë"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"id,name\n1,Zo\xeb\n", "CSV UTF-8"),
        (b"a,b\n1,2\n", "names no column"),
        (b"\n", "is empty"),
    ],
)
def test_a_roster_that_cannot_be_read_says_what_to_do(tmp_path, data, said):
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=said):
        read_roster(path)
