"""Whatever the bytes, what comes out is a table or a problem in words; never a traceback, never a cell's value."""

import os
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, example, given, settings

from evalkit.errors import EvalkitError
from evalkit.sources import read_folder
from tests.sources.conftest import EXPECTED, codes, sheet_bytes, zipped
from tests.sources.test_limits import parquet

SUFFIXES = (".csv", ".xlsx", ".parquet", ".zip", ".txt")
WHOLE = {
    ".csv": b'unit_id;unit_name\n0127;"Botkyrka"\n',
    ".xlsx": sheet_bytes([["unit_id", "unit_name"], ["0127", "Botkyrka"]]),
    ".parquet": parquet(3, 2),
    ".zip": zipped({"units.csv": "unit_id;unit_name\n0127;Botkyrka\n"}),
}
SHARED = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(tmp_path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    raised: EvalkitError | None = None
    try:
        read_folder(tmp_path, EXPECTED)
    except EvalkitError as error:
        raised = error
    (tmp_path / name).unlink()
    if raised is not None:
        assert (raised.__cause__, raised.__context__) == (None, None)


@SHARED
@given(suffix=st.sampled_from(SUFFIXES), content=st.binary(max_size=200))
@example(suffix=".csv", content=b'"')
@example(suffix=".csv", content=b"\r")
@example(suffix=".csv", content="unit_id\n\udc80".encode("utf-8", "surrogatepass"))
@example(suffix=".zip", content=b"PK\x05\x06" + bytes(18))
@example(suffix=".xlsx", content=b"PK\x05\x06" + bytes(18))
def test_any_bytes(tmp_path, suffix, content):
    read(tmp_path, f"units{suffix}", content)


@SHARED
@given(data=st.data(), suffix=st.sampled_from(sorted(WHOLE)))
def test_a_whole_file_with_some_bytes_changed_or_lost(tmp_path, data, suffix):
    content = bytearray(WHOLE[suffix])
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    kept = data.draw(st.integers(0, len(content)))
    read(tmp_path, f"units{suffix}", bytes(content[:kept] if data.draw(st.booleans()) else content))


@SHARED
@given(text=st.text(st.sampled_from(list("unit_id;unit_name,\t\"\n'0127åÖ\u00a0\ufeff\u2212.=@-")), max_size=120))
def test_any_text(tmp_path, text):
    read(tmp_path, "units.csv", text.encode())


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet", ".zip"])
def test_files_cut_off_anywhere(put, suffix):
    whole = WHOLE[suffix]
    for length in range(1, len(whole), max(1, len(whole) // 12)):
        assert codes(put(f"units{suffix}", whole[:length])) == [("corrupt_file", f"units{suffix}", ())]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"unit_id;unit_name\n01\x0027;B\n", "binary_file"),
        ("unit_id;unit_name\n0127;Å\n".encode() + "0180;Ä\n".encode("cp1252"), "wrong_encoding"),
        (b"unit_id;unit_name\n0127;\xed\xa0\x80\n", "wrong_encoding"),
    ],
)
def test_text_that_is_not_whole(put, content, code):
    assert codes(put("units.csv", content)) == [(code, "units.csv", ())]


def test_a_folder_named_like_a_file(tmp_path):
    (tmp_path / "units.csv").mkdir()
    assert codes(tmp_path) == [("no_data_files", tmp_path.name, ())]


def test_names_that_cannot_be_shown(tmp_path):
    try:
        (tmp_path / "units_\x1b[31m.csv").write_bytes(b"a;b\n")
        (tmp_path / os.fsdecode(b"units_\xff.csv")).write_bytes(b"a;b\n")
    except OSError:
        pytest.skip("the file system refuses such names")
    assert {code for code, *_ in codes(tmp_path)} == {"unprintable_name"}


def test_a_file_that_may_not_be_read(put, monkeypatch):
    folder = put("units.csv", "unit_id;unit_name\n")
    reads = Path.read_bytes

    def refuse(path):
        if path.name == "units.csv":
            raise PermissionError(13, "Permission denied", str(path))
        return reads(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert codes(folder) == [("unreadable", "units.csv", ())]


def test_a_path_that_is_none():
    (found,) = codes("units\0")
    assert found[0] in ("path_missing", "unreadable")
    assert "\0" not in found[1]
