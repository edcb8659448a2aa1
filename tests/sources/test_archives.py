"""Zip archives of data files: read from memory, refused whole when anything in them is odd."""

import io
import stat
import zipfile

import pytest

from evalkit.sources import read_folder, scan_folder
from tests.sources.conftest import EXPECTED, codes, sheet_bytes, told, zipped

UNITS = "unit_id;unit_name\n0127;Botkyrka\n"
OUTCOMES = "unit_id;value\n0127;3\n"


def files_of(path):
    return [(table.file, table.table) for table in read_folder(path, EXPECTED)]


def test_an_archive_by_its_path_and_one_in_the_folder(put):
    folder = put("uttag.zip", zipped({"units.csv": UNITS, "outcomes.xlsx": sheet_bytes([["unit_id"]], "outcomes")}))
    expected = [("uttag.zip/outcomes.xlsx", "outcomes"), ("uttag.zip/units.csv", "units")]

    assert files_of(folder / "uttag.zip") == files_of(folder) == expected


def test_one_folder_in_the_archive_and_litter_is_passed_over(put):
    files = {
        "uttag/": b"",
        "uttag/units.csv": UNITS,
        "uttag/.DS_Store": b"x",
        "__MACOSX/uttag/._units.csv": b"x",
        "uttag/._units.csv": b"x",
        "uttag/README.txt": b"x",
        "uttag/notes.md": b"x",
    }
    assert files_of(put("uttag.zip", zipped(files))) == [("uttag.zip/uttag/units.csv", "units")]


def test_folders_in_a_folder_without_data_files_of_its_own(put):
    put("botkyrka/outcomes.csv", OUTCOMES)
    assert files_of(put("stockholm/outcomes.csv", OUTCOMES)) == [
        ("botkyrka/outcomes.csv", "outcomes"),
        ("stockholm/outcomes.csv", "outcomes"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "cp437", "cp850"])
def test_swedish_letters_in_names(put, encoding):
    # The flag for UTF-8 is left out, as by programs that write the bytes of the system.
    letters = "åäö".encode(encoding)
    plain = f"units_{'x' * len(letters)}.csv".encode()
    content = zipped({plain.decode(): UNITS}).replace(plain, b"units_" + letters + b".csv")

    assert files_of(put("uttag.zip", content)) == [("uttag.zip/units_åäö.csv", "units")]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("../units.csv", "archive_path"),
        ("a/../../units.csv", "archive_path"),
        ("/etc/units.csv", "archive_path"),
        ("C:/units.csv", "archive_path"),
        ("..\\units.csv", "archive_path"),
        ("inner.zip", "archive_nested"),
        ("inner.tar", "archive_nested"),
        ("a/b/units.csv", "archive_deep"),
    ],
)
def test_members_that_refuse_the_archive(put, name, code):
    folder = put("uttag.zip", zipped({"outcomes.csv": OUTCOMES, name: UNITS}))

    assert codes(folder) == [(code, "uttag.zip", ())]
    assert scan_folder(folder).tables == ()


def test_doubled_names(put):
    content = zipped({"units.csv": UNITS, "unitz.csv": UNITS}).replace(b"unitz.csv", b"Units.csv")
    assert codes(put("uttag.zip", content)) == [("archive_doubled", "uttag.zip", ())]


def test_links(put):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("units.csv")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert codes(put("uttag.zip", buffer.getvalue())) == [("archive_link", "uttag.zip", ())]


def test_a_password(put):
    content = bytearray(zipped({"units.csv": UNITS}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    assert codes(put("uttag.zip", bytes(content))) == [("archive_encrypted", "uttag.zip", ())]


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "empty_file"), (b"PK\x05\x06", "corrupt_file"), (b"text", "corrupt_file")]
)
def test_damaged_archives(put, content, code):
    assert codes(put("uttag.zip", content)) == [(code, "uttag.zip", ())]


def test_an_archive_cut_off_and_one_with_changed_bytes(put):
    content = zipped({"units.csv": UNITS * 50})
    start = content.index(b"units.csv") + len(b"units.csv")
    changed = content[: start + 5] + bytes([content[start + 5] ^ 0xFF]) + content[start + 6 :]

    assert codes(put("uttag.zip", content[: len(content) // 2])) == [("corrupt_file", "uttag.zip", ())]
    assert codes(put("uttag.zip", changed)) == [("corrupt_file", "uttag.zip", ())]


def test_nothing_in_it_to_read(put):
    assert codes(put("uttag.zip", zipped({"notes.md": "x"}))) == [("no_data_files", "uttag.zip", ())]


def test_a_number_in_the_name_of_a_member_is_not_shown(put):
    folder = put("uttag.zip", zipped({"units_900101-9802.csv": UNITS}))
    scan = scan_folder(folder)

    assert [(problem.code, problem.place.file) for problem in scan.problems] == [("personal_identity", "#1.csv")]
    assert scan.tables[0].file == "uttag.zip/#1.csv"


def test_lost_zeros_are_put_back_across_the_files_of_an_archive(put):
    folder = put("uttag.zip", zipped({"units.csv": UNITS, "outcomes.csv": "unit_id;value\n127;3\n"}))
    outcomes, _ = read_folder(folder, EXPECTED)

    assert outcomes.cells("unit_id").to_list() == ["0127"]
    assert "Enhetskoden har fått tillbaka sin inledande nolla på 1 rad." in told(outcomes)
