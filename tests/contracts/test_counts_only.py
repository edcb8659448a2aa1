"""A metric that may be told only as a count is in no table of events, and in no drop-down of one."""

import pytest

from evalkit.contracts import Contract
from evalkit.contracts.model import CodeList
from evalkit.contracts.rules import known_codes
from evalkit.dictionary import codes_of
from evalkit.errors import ContractError
from evalkit.metrics import MetricBook
from evalkit.onefile import inspected_alone

BOOK = MetricBook.load()


def test_a_link_to_organised_crime_is_never_told_per_visit():
    assert [metric.code for metric in BOOK.metrics if metric.counts_only] == ["F8"]
    assert known_codes(CodeList.METRICS_FINDING, BOOK) == ("F1", "F2", "F3", "F4", "F5", "F6", "F7")
    listed = [entry.code for entry in codes_of(Contract.load("findings").field("metric"), BOOK)]
    assert listed == ["F1", "F2", "F3", "F4", "F5", "F6", "F7"]


def test_it_is_told_as_a_count():
    assert "F8" in known_codes(CodeList.METRICS, BOOK)
    assert "F8" in [entry.code for entry in codes_of(Contract.load("outcomes").field("metric"), BOOK)]


def test_a_row_with_it_stops_the_file(tmp_path):
    file = tmp_path / "findings.csv"
    head = "finding_id;visit_id;metric;category;remedied;remedied_date;source_id\n"
    file.write_text(head + "1;1;F1;konstaterad;nej;;reg\n2;1;F8;misstankt;nej;;reg\n", encoding="utf-8")
    with pytest.raises(ContractError) as caught:
        inspected_alone(file)

    assert [(p.code, p.place.column, p.place.rows) for p in caught.value.problems] == [("unknown_code", "metric", (3,))]
