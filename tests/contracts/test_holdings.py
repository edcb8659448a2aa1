"""A holder's folder: which tables are due, what is given back, and what it says of itself."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import evalkit as ek
from evalkit.contracts import Level, load_contracts, tables_due
from evalkit.errors import ContractError
from evalkit.vocabulary import Sensitivity

HOLDER = tuple(table for table, contract in load_contracts().items() if contract.level is Level.HOLDER)


@pytest.fixture
def written(made, tmp_path: Path):
    def write(tables, *names: str) -> Path:
        for table in names or tables:
            with (tmp_path / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(tables[table][0]), delimiter=";")
                writer.writeheader()
                writer.writerows(tables[table])
        return tmp_path

    return write


def test_a_folder_with_everything_gives_both(made, written) -> None:
    tables = made.sound()
    folder = written(tables)
    holdings, data = ek.load_holdings(folder), ek.load(folder)

    assert {name: frame.height for name, frame in holdings.tables.items()} == {
        name: len(tables[name]) for name in holdings.tables
    }
    for name, frame in holdings.tables.items():
        assert dict(frame.schema) == load_contracts()[name].schema
    assert data.outcomes.height == len(tables["outcomes"])
    assert holdings.digest == data.digest
    assert holdings.synthetic
    assert len(holdings.files) == len(tables)


def test_a_holder_needs_no_counts(made, written) -> None:
    folder = written(made.sound(), "units", "sources", "model_periods", "visits")

    assert ek.load_holdings(folder).visits.height
    assert ek.load_holdings(folder).findings.height == 0


def test_an_event_table_is_checked_also_when_counts_are_asked_for(made, written) -> None:
    tables = made.sound()
    made.known(tables, "visits")["screening"] = "kanske"
    with pytest.raises(ContractError) as caught:
        ek.load(written(tables))

    assert [(problem.code, problem.place.file) for problem in caught.value.problems] == [("not_in_list", "visits.csv")]


def test_counts_alone_are_no_holdings(made, written) -> None:
    folder = written(made.sound(), "units", "sources", "model_periods", "coverage", "outcomes", "exposure")
    with pytest.raises(ContractError) as caught:
        ek.load_holdings(folder)

    assert [problem.code for problem in caught.value.problems] == ["no_event_tables"]


@pytest.mark.parametrize(
    ("present", "due"),
    [
        ((), {"units", "sources", "outcomes", "coverage"}),
        (("exposure",), {"units", "sources", "outcomes", "coverage"}),
        (("visits",), {"units", "sources"}),
        (("visits", "coverage", "exposure"), {"units", "sources"}),
        (("visits", "outcomes"), {"units", "sources", "outcomes", "coverage"}),
    ],
)
def test_which_tables_are_due(present, due) -> None:
    assert tables_due(load_contracts(), present) == due


def test_the_repr_says_what_there_is_and_that_it_is_made_up(made, written) -> None:
    holdings = ek.load_holdings(written(made.sound()))

    assert repr(holdings).splitlines()[0].startswith("Holdings: ")
    assert f"  visits                {holdings.visits.height}" in repr(holdings)
    assert "synthetic             YES" in repr(holdings)
    assert "SYNTETISKA DATA" in holdings._repr_html_()
    assert "visit_participants" in holdings._repr_html_()


def test_a_warning_is_carried_by_the_data(made, written) -> None:
    tables = made.sound()
    made.known(tables, "outcomes", 1)["period"] = "2025"
    data = ek.load(written(tables))

    assert [problem.code for problem in data.warnings] == ["exposure_missing"]
    assert "warnings   1" in repr(data)


def test_every_field_has_a_sensitivity_and_persons_are_never_open() -> None:
    for contract in load_contracts().values():
        for field in contract.fields:
            assert isinstance(field.sensitivity, Sensitivity)
    assert Sensitivity.PERSON is load_contracts()["victim_cases"].field("n_persons").sensitivity
    assert load_contracts()["visits"].field("object_no").sensitivity is Sensitivity.BUSINESS


def test_keys_of_holders_are_serial_numbers_that_cannot_be_identity_numbers() -> None:
    for table in HOLDER:
        for field in load_contracts()[table].fields:
            if field.name.endswith(("_id", "_no", "_of")) and field.name not in ("unit_id", "source_id"):
                assert (field.minimum, field.maximum) == (1, 999_999_999), (table, field.name)


def test_the_closed_lists_of_the_areas_are_the_categories_of_ordinary_supervision() -> None:
    areas = [choice.value for choice in load_contracts()["ordinary_supervision"].field("area").choices]
    assert tuple(areas) == ek.MetricBook.load().metric("P9").category_codes
