"""A mapping that does not fit the files is refused in words, without a cell's value."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import evalkit as ek
from evalkit.errors import ContractError, EvalkitError
from evalkit.language import Language
from evalkit.mappings import MappingError

KOMMUN = {"unit_id": "0127", "source_id": "prov_2024"}
PERSON = "811218-9876"
Export = Callable[[str], Path]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("cp1252")
    assert old in text
    path.write_text(text.replace(old, new), "cp1252")


def problems(path: Path, using: str | Path, settings: dict[str, str]) -> list[tuple[str, str | None, tuple[int, ...]]]:
    with pytest.raises(EvalkitError) as caught:
        ek.map_source(path, using, settings=settings)
    told = caught.value.render(Language.SV) + caught.value.render(Language.EN) + repr(caught.value)
    assert PERSON not in told
    assert caught.value.__cause__ is None
    return [(item.code, item.place.column, item.place.rows) for item in caught.value.problems]


def test_a_code_that_the_mapping_does_not_know_is_told_by_row(export: Export) -> None:
    folder = export("alkt")
    edit(folder / "Ärende_Beslut.csv", "504;93;0550", f"504;93;{PERSON}")
    assert problems(folder, "alkt", KOMMUN) == [("code_not_in_mapping", "arende_beslut.BeslutsTyp → category", (5,))]


def test_a_date_that_is_none_is_told_by_row(export: Export) -> None:
    folder = export("alkt")
    edit(folder / "Ärende_Beslut.csv", "2024-05-21 00:00:00.000", "2024-02-30")
    assert problems(folder, "alkt", KOMMUN) == [("not_a_date", "arende_beslut.BeslutsDatumTid → beslut_date", (5,))]


def test_a_missing_date_breaks_the_contract_and_names_the_source_column(export: Export) -> None:
    folder = export("alkt")
    edit(folder / "Ärende_Beslut.csv", "2024-05-21 00:00:00.000", "")
    with pytest.raises(ContractError) as caught:
        ek.map_source(folder, "alkt", settings=KOMMUN)
    (problem,) = caught.value.problems
    assert (problem.code, problem.place.file, problem.place.column, problem.place.rows) == (
        "empty_cell",
        "Ärende_Beslut.csv",
        "arende_beslut.BeslutsDatumTid → beslut_date",
        (5,),
    )


def test_a_lookup_that_would_double_rows_is_refused(export: Export) -> None:
    folder = export("alkt")
    edit(folder / "Ärende.csv", "93;13;07", "92;13;07")
    found = problems(folder, "alkt", KOMMUN)
    assert ("join_key_not_unique", None, (3, 4)) in found


def test_a_code_that_means_something_else_here_is_refused(export: Export) -> None:
    """The plain text of the municipality's own code list is compared, within the right type only."""
    folder = export("alkt")
    edit(folder / "Klartext.csv", "Tillsyn, erinran", "Tillsyn, annat")
    assert problems(folder, "alkt", KOMMUN) == [("code_means_other", "arende_beslut.BeslutsTyp", (5,))]


def test_a_missing_table_and_a_missing_column_are_named(export: Export, filled) -> None:
    folder = export("byggr")
    edit(folder / "handelse.csv", "handelsetyp", "typ_av_handelse")
    mine = filled("byggr", {"atgard": {"A|B|C": "B1"}, "kategori": {"A|B|C": "miljobalken"}})
    assert [code for code, _, _ in problems(folder, mine, KOMMUN)] == ["source_column_missing"]
    (folder / "handelse.csv").unlink()
    assert [code for code, _, _ in problems(folder, mine, KOMMUN)] == ["source_table_missing"]


def test_a_folder_without_anything_of_the_source_is_told_of(tmp_path: Path) -> None:
    assert [code for code, _, _ in problems(tmp_path, "alkt", KOMMUN)] == ["nothing_to_map"]
    assert [code for code, _, _ in problems(tmp_path / "saknas", "alkt", KOMMUN)] == ["path_missing"]


def test_a_zip_archive_gives_what_its_folder_gives(export: Export, tmp_path: Path) -> None:
    folder = export("alkt")
    archive = shutil.make_archive(str(tmp_path / "uttag"), "zip", folder)

    whole, packed = (ek.map_source(path, "alkt", settings=KOMMUN) for path in (folder, archive))
    assert {name: frame.rows() for name, frame in packed.frames.items()} == {
        name: frame.rows() for name, frame in whole.frames.items()
    }
    # in an archive the order of files is that of their paths, not of the mapping
    assert {file.name for file in packed.files} == {file.name for file in whole.files}


def test_an_archive_without_anything_of_the_source_or_that_is_damaged_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "uttag.zip").write_bytes(b"PK inget arkiv")
    assert [code for code, _, _ in problems(tmp_path / "uttag.zip", "alkt", KOMMUN)] == ["corrupt_file"]
    (tmp_path / "annat").mkdir()
    (tmp_path / "annat" / "okand.csv").write_text("a;b\n1;2\n", "utf-8")
    archive = shutil.make_archive(str(tmp_path / "tomt"), "zip", tmp_path / "annat")
    assert [code for code, _, _ in problems(Path(archive), "alkt", KOMMUN)] == ["no_data_files"]


def test_settings_that_are_missing_unknown_or_wrong_are_all_told(export: Export) -> None:
    found = problems(export("alkt"), "alkt", {"unit_id": "=1+1", "surce_id": "x"})
    assert [code for code, _, _ in found] == ["unknown_setting", "setting_missing", "setting_not_accepted"]


def test_a_mapping_with_an_unconfirmed_line_is_refused_and_the_line_named(export: Export) -> None:
    with pytest.raises(MappingError) as caught:
        ek.map_source(export("byggr"), "byggr", settings=KOMMUN)
    assert [problem.code for problem in caught.value.problems] == ["unconfirmed", "unconfirmed"]
    assert caught.value.problems[0].render(Language.SV).splitlines()[0] == "Raden ”atgard” är inte bekräftad."


def test_confirmed_but_empty_code_tables_are_still_refused(export: Export, spoiled) -> None:
    path = spoiled("byggr", "  - name: atgard\n    confirm: true\n", "  - name: atgard\n")
    with pytest.raises(MappingError) as caught:
        ek.map_source(export("byggr"), path, settings=KOMMUN)
    assert [problem.code for problem in caught.value.problems] == ["no_codes"]


OWN = """
mapping: egen
version: 1.0.0
name: {sv: "Egen", en: "Own"}
description: {sv: "Egen", en: "Own"}
settings:
  - {name: source_id, required: true, description: {sv: "källa", en: "source"}}
sources:
  - name: tid
    files: ["tid*"]
    columns: [{name: nr}, {name: dag}, {name: minuter}, {name: kommun}]
tables:
  - target: ordinary_supervision
    from: tid
    columns:
      - {to: inspection_id, serial: tid.nr}
      - {to: unit_id, from: tid.kommun}
      - {to: visit_date, from: tid.dag, date: day}
      - {to: area, value: miljo}
      - {to: inspection_kind, value: rutin}
      - {to: announced, value: nej}
      - {to: result, value: ej_registrerad}
      - {to: hours, from: tid.minuter, number: true, convert: minutes_to_hours, marks: {"-": "0", "..": missing}}
      - {to: source_id, setting: source_id}
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "egen.yaml"
    path.write_text(OWN, "utf-8")
    return path


def hours(tmp_path: Path, own: Path, *cells: str) -> list[float | None]:
    rows = "".join(f"{place};2024-03-01;{cell};0127\n" for place, cell in enumerate(cells, start=1))
    (tmp_path / "tid.csv").write_text(f"nr;dag;minuter;kommun\n{rows}", "utf-8")
    mapped = ek.map_source(tmp_path / "tid.csv", own, settings={"source_id": "x"})
    return mapped.frames["ordinary_supervision"]["hours"].to_list()


def test_minutes_become_hours_and_marks_are_read_as_the_source_means_them(tmp_path: Path, own: Path) -> None:
    assert hours(tmp_path, own, "90", "67,5", "1 200", "-", "..", "") == [1.5, 1.125, 20.0, 0.0, None, None]


def test_a_number_that_can_be_read_in_two_ways_is_asked_about_and_never_converted(tmp_path: Path, own: Path) -> None:
    with pytest.raises(MappingError) as caught:
        hours(tmp_path, own, "1.234", "90")
    (problem,) = caught.value.problems
    assert (problem.code, problem.place.rows) == ("not_a_number", (2,))


def test_a_whitelisted_text_column_cannot_carry_an_identity_number(tmp_path: Path, own: Path) -> None:
    (tmp_path / "tid.csv").write_text(f"nr;dag;minuter;kommun\n1;2024-03-01;60;{PERSON}\n", "utf-8")
    found = problems(tmp_path / "tid.csv", own, {"source_id": "x"})
    assert "personal_identity" in {code for code, _, _ in found}


def test_files_of_several_years_are_one_table(tmp_path: Path, own: Path) -> None:
    for year in (2023, 2024):
        (tmp_path / f"tid_{year}.csv").write_text(f"nr;dag;minuter;kommun\n{year};{year}-03-01;60;0127\n", "utf-8")
    mapped = ek.map_source(tmp_path, own, settings={"source_id": "x"})
    assert mapped.frames["ordinary_supervision"].select("inspection_id", "visit_date").rows() == [
        (1, date(2023, 3, 1)),
        (2, date(2024, 3, 1)),
    ]


def test_an_export_in_utf_16_is_read_when_the_mapping_allows_it(export: Export) -> None:
    folder = export("alkt")
    for file in folder.glob("*.csv"):
        file.write_bytes(file.read_text("cp1252").encode("utf-16"))
    mapped = ek.map_source(folder, "alkt", settings=KOMMUN)
    assert mapped.frames["permit_measures"].height == 6


def test_headings_below_a_title_are_found(tmp_path: Path, own: Path) -> None:
    (tmp_path / "tid.csv").write_text("Uttag;;;\n;;;\nnr;dag;minuter;kommun\n1;2024-03-01;60;0127\n", "utf-8")
    mapped = ek.map_source(tmp_path / "tid.csv", own, settings={"source_id": "x"})
    assert mapped.frames["ordinary_supervision"].height == 1


def test_a_mapped_value_is_frozen_and_its_repr_is_for_reading(export: Export) -> None:
    mapped = ek.map_source(export("alkt"), "alkt", settings=KOMMUN)
    with pytest.raises(AttributeError):
        mapped.mapping = "annan"  # type: ignore[misc]
    assert repr(mapped).splitlines()[0] == "Mapping alkt 1.0.0: AlkT, permits to serve alcohol"


def test_a_copied_key_must_have_the_form_of_the_key_that_it_refers_to(tmp_path: Path, own: Path) -> None:
    """Nothing else would stop text from passing through a column that refers to another table."""
    (tmp_path / "tid.csv").write_text('nr;dag;minuter;kommun\n1;2024-03-01;60;"=HYPERLINK(1)"\n', "utf-8")
    found = problems(tmp_path / "tid.csv", own, {"source_id": "x"})
    assert ("wrong_form", "tid.kommun → unit_id", (2,)) in found
