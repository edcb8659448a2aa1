"""Files made to fill the memory are refused early, with the memory that an honest file would take."""

import io
import re
import struct
import subprocess
import sys
import time
import warnings
import zipfile
import zlib

import polars as pl
import pytest

from evalkit.sources import limits, packages
from evalkit.sources.sheetxml import book_facts
from tests.sources.conftest import EXPECTED, codes, rezipped, sheet_bytes, zipped

SHEET = "xl/worksheets/sheet1.xml"
ROWS = [["unit_id", "unit_name"], ["0127", "Botkyrka"]]
SECONDS = 10

# A process of its own under a lid on its memory, so that a bomb that goes off is seen as one.
UNDER_A_LID = """
import resource, sys
import fastexcel, polars
from evalkit.sources import scan_folder
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
for problem in scan_folder(sys.argv[1]).problems:
    sys.stdout.write(problem.code + "\\n")
"""


def bomb_of_zeros(mebibytes: int) -> bytes:
    """Deflated zeros, made without ever holding them."""
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    return b"".join([*(stream.compress(bytes(2**20)) for _ in range(mebibytes)), stream.flush()])


def claimed(name: str, packed: bytes, size: int) -> bytes:
    """An archive of one member that says of its size what it is told to say."""
    real = zipped({name: b""})
    with zipfile.ZipFile(io.BytesIO(real)) as archive:
        (member,) = archive.infolist()
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 33, 0, len(packed), size, len(name), 0)
    entry = struct.pack(
        "<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 33, 0, len(packed), size, len(name), 0, 0, 0, 0, 0, 0
    )
    start = len(local) + len(name) + len(packed)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(entry) + len(name), start, 0)
    assert member.filename == name
    return local + name.encode() + packed + entry + name.encode() + end


def far_cell(place: bytes):
    row = place.lstrip(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    cell = b'<row r="' + row + b'"><c r="' + place + b'"><v>1</v></c></row></sheetData>'
    return lambda xml: xml.replace(b"</sheetData>", cell)


def with_apostrophes(xml: bytes) -> bytes:
    """The same XML as another writer may write it."""
    return re.sub(rb'([\w:])="([^"]*)"', rb"\1 = '\2'", xml)


def doubled_part(change) -> bytes:
    """A workbook with its sheet twice, the second of them changed; a reader may open either."""
    content = sheet_bytes(ROWS)
    buffer = io.BytesIO(content)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        archive.writestr(SHEET, change(archive.read(SHEET)))
    return buffer.getvalue()


def many_long_strings() -> bytes:
    """A hundred thousand cells that all show the same text of a hundred thousand letters."""
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (row, row) for row in range(1, 100_000))
    strings = b'<sst uniqueCount="1"><si><t>' + b"x" * 100_000 + b"</t></si></sst>"
    return rezipped(
        sheet_bytes(ROWS),
        {
            SHEET: lambda xml: xml[: xml.index(b"<sheetData>")] + b"<sheetData>" + cells + b"</sheetData></worksheet>",
            "xl/sharedStrings.xml": lambda _: strings,
        },
    )


BOMBS = {
    "archive.zip": lambda: zipped({"units.csv": bytes(200 * 2**20)}),
    "lying.zip": lambda: claimed("units.csv", bomb_of_zeros(300), 1000),
    "claims.zip": lambda: claimed("units.csv", bomb_of_zeros(1), 4_000_000_000),
    "units.xlsx": lambda: rezipped(sheet_bytes(ROWS), {SHEET: lambda _: bytes(200 * 2**20)}),
    "units_corner.xlsx": lambda: rezipped(sheet_bytes(ROWS), {SHEET: far_cell(b"XFD1048576")}),
    "units_billion.xlsx": lambda: rezipped(sheet_bytes(ROWS), {SHEET: far_cell(b"A1000000000")}),
    "units_apostrophes.xlsx": lambda: rezipped(
        sheet_bytes(ROWS), {SHEET: lambda xml: with_apostrophes(far_cell(b"XFD1048576")(xml))}
    ),
    "units_doubled.xlsx": lambda: doubled_part(far_cell(b"XFD1048576")),
    "units_wide.xlsx": lambda: rezipped(sheet_bytes(ROWS), {SHEET: far_cell(b"ZZZZ2")}),
    "units_strings.xlsx": many_long_strings,
    "units.csv": lambda: b"unit_id;unit_name\n" + b"x" * (4 * 2**20),
    "units_columns.csv": lambda: b";".join(b"c%d" % place for place in range(16_385)) + b"\n",
    "units_uneven.csv": lambda: b"unit_id;unit_name\n" + b";" * 16_000 + b"\n" + b"1\n" * 400_000,
    "units.parquet": lambda: parquet(30_000_001, 4),
}
CODES = {
    "lying.zip": "corrupt_file",
    "units_doubled.xlsx": "corrupt_file",
    "units.csv": "too_wide",
    "units_columns.csv": "too_wide",
}


def parquet(rows: int, columns: int) -> bytes:
    buffer = io.BytesIO()
    column = pl.repeat(1, rows, dtype=pl.Int8, eager=True)
    pl.DataFrame({f"c{place}": column for place in range(columns)}).write_parquet(buffer, compression="zstd")
    return buffer.getvalue()


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_at_once(put, name):
    content = BOMBS[name]()
    assert len(content) < 8 * 2**20
    folder = put(name, content)

    started = time.perf_counter()
    found = [code for code, *_ in codes(folder)]
    assert time.perf_counter() - started < SECONDS
    assert found[0] == CODES.get(name, "too_large")


@pytest.mark.skipif(sys.platform == "win32", reason="the lid on memory is the system's")
def test_bombs_do_not_fill_the_memory(put):
    for name in ("archive.zip", "lying.zip", "units_corner.xlsx", "units_strings.xlsx", "units.parquet"):
        folder = put(name, BOMBS[name]())
    run = [sys.executable, "-c", UNDER_A_LID, str(folder), str(3 * 2**30)]
    done = subprocess.run(run, capture_output=True, text=True, check=False, timeout=60)

    assert done.stderr == ""
    assert sorted(done.stdout.split()) == ["corrupt_file", *["too_large"] * 4]


def test_a_large_file_is_refused_by_its_size(put, monkeypatch):
    monkeypatch.setattr("evalkit.sources.folder.MOST_FILE_BYTES", 10)
    assert codes(put("units.csv", "unit_id;unit_name\n")) == [("too_large", "units.csv", ())]


def test_too_many_members(put):
    content = zipped({f"units_{place}.csv": b"" for place in range(limits.MOST_MEMBERS + 1)})
    assert codes(put("uttag.zip", content)) == [("too_large", "uttag.zip", ())]


def test_a_sheet_that_claims_a_billion_rows_but_has_two_is_read(put):
    content = rezipped(sheet_bytes(ROWS), {SHEET: lambda xml: xml.replace(b'ref="A1:B2"', b'ref="A1:XFD1000000000"')})
    assert book_facts(packages.open_package(content)).sheets["units"].rows == 2


def test_formatted_but_empty_cells_far_out_take_no_room(put):
    far = b'<row r="1048576" ht="5"/><row r="3"><c r="XFD3" s="1"/></row></sheetData>'
    content = rezipped(sheet_bytes(ROWS), {SHEET: lambda xml: xml.replace(b"</sheetData>", far)})
    facts = book_facts(packages.open_package(content)).sheets["units"]
    assert (facts.rows, facts.columns) == (3, 2)


def test_a_workbook_with_declarations_of_its_own_is_refused(put):
    content = rezipped(sheet_bytes(ROWS), {"xl/workbook.xml": lambda xml: b'<!DOCTYPE x [<!ENTITY a "b">]>' + xml})
    assert codes(put("units.xlsx", content)) == [("corrupt_file", "units.xlsx", ())]


def test_expected_tables_are_those_of_the_contracts():
    from evalkit.contracts import load_contracts
    from evalkit.contracts.headers import expectations

    found = expectations(load_contracts())
    assert found["coverage"].days == EXPECTED["coverage"].days
    assert "unit_id" in found["units"].names
