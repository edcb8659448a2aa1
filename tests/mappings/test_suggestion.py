"""A proposal for an unknown file: what is certain, what is to be confirmed, what is dropped and why."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

import evalkit as ek
from evalkit.language import Language
from evalkit.mappings import MappingError, read_mapping
from evalkit.mappings.suggestion import Suggestion, suggest
from evalkit.mappings.synonyms import folded, is_free_text, is_personal, match

HEADINGS = (
    "Beslutsid;Ärende-ID;Diarienr;Beslutsdatum;Besluts-typ;Vitesbelopp (kkr);Handläggare;Anteckning;Överklagad;Org;"
    "811218-9876\n"
)
UNKNOWN = f"""{HEADINGS}1;7;A 1;2024-02-03;Vite;100;XX;kort;ej_overklagad;811218-9876;q
2;7;A 1;2024-02-05;Förbud;;XX;kort;overklagad;811218-9876;r
"""


@pytest.fixture
def unknown(tmp_path: Path) -> Path:
    path = tmp_path / "Beslut från systemet.csv"
    path.write_text(UNKNOWN, "utf-8")
    return path


@pytest.fixture
def found(unknown: Path) -> Suggestion:
    return suggest(unknown)


def test_the_table_and_the_columns_are_found_by_name_and_shape(found: Suggestion) -> None:
    assert found.target == "decisions"
    assert [(item.heading, item.field.name, item.confidence.value) for item in found.proposals if item.field] == [
        ("Beslutsid", "decision_id", "high"),
        ("Ärende-ID", "chain_id", "high"),
        ("Beslutsdatum", "beslut_date", "high"),
        ("Besluts-typ", "category", "medium"),
        ("Vitesbelopp (kkr)", "amount_sek", "medium"),
        ("Överklagad", "appeal_status", "high"),
    ]


def test_what_points_at_somebody_or_is_free_text_is_dropped_with_the_reason(found: Suggestion) -> None:
    reasons = {item.heading: item.reason.en for item in found.proposals if item.field is None}
    assert reasons == {
        "Diarienr": "the name points at a person, a business, a property or a case",
        "Handläggare": "the name points at a person, a business, a property or a case",
        "Anteckning": "the name suggests free text",
        "Org": "the cells look like personal or company numbers",
    }
    assert found.hidden == 1


def test_the_proposal_is_a_mapping_that_is_refused_until_confirmed(unknown: Path, found: Suggestion) -> None:
    text = found.to_yaml(Language.SV)
    assert "811218" not in text
    mapping = read_mapping(text, file="forslag.yaml")
    waiting = dict(mapping.unconfirmed())
    assert {"decisions.category", "decisions.amount_sek", "decisions.metric"} <= set(waiting)
    assert "decisions.beslut_date" not in waiting
    mine = unknown.parent / "forslag.yaml"
    mine.write_text(text, "utf-8")
    given = {
        "unit_id": "0127",
        "source_id": "x",
        "metric": "B2",
        "decided_by": "polisen",
        "final_outcome": "ej_avgjord",
    }
    with pytest.raises(MappingError) as caught:
        ek.map_source(unknown, mine, settings=given)
    assert {problem.code for problem in caught.value.problems} == {"unconfirmed"}
    assert "decisions.category" in caught.value.problems[0].what.sv


def test_a_confirmed_proposal_maps_the_file(unknown: Path, found: Suggestion) -> None:
    text = found.to_yaml(Language.EN).replace(", confirm: true", "")
    text = text.replace("codes: {}", "codes: {Vite: miljobalken, Förbud: miljobalken}")
    text = text.replace(
        '      - {to: amount_sek, from: "uttag.Vitesbelopp (kkr)", number: true, convert: kkr_to_sek}\n', ""
    )
    mine = unknown.parent / "min.yaml"
    mine.write_text(text, "utf-8")
    given = {"unit_id": "0127", "source_id": "x", "metric": "B2", "decided_by": "miljoforvaltningen"}
    mapped = ek.map_source(unknown, mine, settings={**given, "final_outcome": "ej_avgjord"})
    assert mapped.frames["decisions"].select("decision_id", "chain_id", "appeal_status").rows() == [
        (1, 1, "ej_overklagad"),
        (2, 1, "overklagad"),
    ]


def test_the_unit_that_a_heading_names_is_proposed_and_to_be_confirmed(found: Suggestion) -> None:
    assert "number: true, convert: kkr_to_sek, confirm: true" in found.to_yaml()


def test_a_target_can_be_named_and_a_wrong_one_is_told_with_the_nearest(unknown: Path) -> None:
    assert suggest(unknown, target="permit_measures").target == "permit_measures"
    with pytest.raises(MappingError) as caught:
        suggest(unknown, target="decision")
    assert caught.value.problems[0].accepted.sv.startswith("menade du ”decisions”?")


def test_a_zip_archive_is_read_as_the_file_in_it(unknown: Path, tmp_path: Path) -> None:
    archive = tmp_path / "uttag.zip"
    with zipfile.ZipFile(archive, "w") as package:
        package.write(unknown, f"Botkyrka/{unknown.name}")
        package.writestr("Botkyrka/anteckning.txt", "inget att läsa")
    inside, outside = suggest(archive), suggest(unknown)

    assert inside.target == outside.target
    assert inside.proposals == outside.proposals
    assert unknown.stem in inside.to_yaml()


def test_an_archive_without_data_is_told_of(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "tom.zip", "w") as package:
        package.writestr("anteckning.txt", "inget")
    with pytest.raises(MappingError):
        suggest(tmp_path / "tom.zip")


def test_plates_are_dropped_with_the_reason(tmp_path: Path) -> None:
    file = tmp_path / "uttag.csv"
    rows = "".join(f"{n};2024-05-0{n};{plate}\n" for n, plate in enumerate(("ABC123", "DEF456", "GHJ78K"), start=1))
    file.write_text(f"Kontroll id;Tillsynsdatum;Objektmärke\n{rows}", encoding="utf-8")
    found = {item.heading: item for item in suggest(file, target="ordinary_supervision").proposals}

    assert found["Objektmärke"].field is None
    assert "registreringsnummer" in found["Objektmärke"].reason.sv


def test_a_file_that_cannot_be_read_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "tom.csv").write_bytes(b"")
    for name in ("tom.csv", "saknas.csv", "bild.png"):
        with pytest.raises(MappingError):
            suggest(tmp_path / name)


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("datBeslutsDatum", "beslut_date"),
        ("BESLUTSDATUM", "beslut_date"),
        ("Laga kraft", "lagakraft_date"),
        ("Kommun-kod", "unit_id"),
        ("decision date", "beslut_date"),
    ],
)
def test_headings_are_known_however_they_are_written(heading: str, column: str) -> None:
    assert match(heading, column) == 1


def test_a_misspelt_heading_is_like_it_and_another_is_not() -> None:
    assert 0.8 < match("Beslutsdatm", "beslut_date") < 1
    assert match("Öppettider", "beslut_date") == 0
    assert folded("strFastighetsbeteckning") == "fastighetsbeteckning"
    assert all(map(is_personal, ("strFastighetsbeteckning", "OrganisationsNr", "E-post")))
    assert not is_personal("Beslutstyp")
    assert is_free_text("strAerendemening")
