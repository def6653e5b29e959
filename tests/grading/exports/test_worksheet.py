"""A platform's file keeps every byte that is not set."""

import codecs

import pytest

from coursekit.grading.exports.worksheet import read_sheet

CSV = 'name,grade,note\r\n"Doe, Jane",,"say ""hi""\r\ntwice"\r\nBo,"1",\r\n'


@pytest.fixture
def sheet(tmp_path):
    def read(data):
        path = tmp_path / "sheet.csv"
        path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
        return read_sheet(path)

    return read


@pytest.mark.parametrize(
    "text",
    [
        CSV,
        CSV.replace("\r\n", "\n"),
        CSV.replace("\r\n", "\r"),
        CSV.rstrip(),
        CSV.replace(",", ";"),
        CSV.replace(",", "\t"),
        'a,b\n"x"y,2\n3"4,5\n',
        "a,b\n\n,\n",
    ],
)
def test_nothing_set_is_nothing_changed(sheet, text):
    assert sheet(text).written() == text.encode("utf-8")


def test_cells_are_read_as_they_are_meant(sheet):
    read = sheet(CSV)
    assert read.header == ["name", "grade", "note"]
    assert read.value(1, 0) == "Doe, Jane"
    assert read.value(1, 2) == 'say "hi"\r\ntwice'
    assert read.value(2, 9) == ""


def test_a_cell_that_is_set_is_quoted_where_it_must_be(sheet):
    read = sheet(CSV)
    read.put(1, 1, "7.50")
    read.put(2, 2, 'a "b", c')
    lines = read.written().decode("utf-8")
    assert '"Doe, Jane",7.50,"say ""hi""' in lines
    assert 'Bo,"1","a ""b"", c"\r\n' in lines


def test_a_row_that_is_too_short_grows(sheet):
    read = sheet("a,b,c\nx\n")
    read.put(1, 2, "1")
    assert read.written() == b"a,b,c\nx,,1\n"


def test_a_byte_order_mark_of_utf_8_stays(sheet):
    data = codecs.BOM_UTF8 + CSV.encode("utf-8")
    read = sheet(data)
    assert read.header[0] == "name"
    assert read.written() == data
    assert not read.notes


@pytest.mark.parametrize(
    ("encoding", "called"),
    [("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("cp1252", "Windows-1252")],
)
def test_what_excel_makes_of_it_is_read_and_written_in_utf_8(sheet, encoding, called):
    read = sheet("näme;grade\r\nZoë;\r\n".encode(encoding))
    assert read.written() == "näme;grade\r\nZoë;\r\n".encode()
    assert called in read.notes[0]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04\x81\x8d\x90", b"one column\n1\n"])
def test_what_is_no_table_is_refused(sheet, data):
    with pytest.raises(ValueError, match="template: "):
        sheet(data)
