"""A broken code book is refused whole, with every fault told in the reader's words."""

from __future__ import annotations

import hashlib
import pickle
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evalkit import resources
from evalkit.codebooks.yaml_rows import read_entries
from evalkit.errors import CodebookError, ProblemLog
from evalkit.metrics import MetricBook

SHIPPED = resources.data_contracts() / "codebooks"


def only(error: CodebookError) -> str:
    assert len(error.problems) == 1, error
    return error.problems[0].code


def test_an_unknown_word_gets_the_closest_known_one(broken, english) -> None:
    error = broken("metrics.yaml", "good_direction: neither", "good_direction: neiter", after="- code: P1")
    row = error.problems[0].place.rows[0]
    swedish = (
        "Kodboken eller kontraktet är felaktigt (1 fel)\n"
        "Värdet ”neiter” i ”good_direction” är okänt.\n"
        f"  Var:        codebooks/metrics.yaml, P1.good_direction, rad {row}\n"
        "  Godtas:     menade du ”neither”? Andra: higher, lower\n"
        "  Gör så här: Rätta raden i kodboken."
    )
    told = (
        "The code book or contract is faulty (1 problem)\n"
        "The value 'neiter' in 'good_direction' is unknown.\n"
        f"  Where:    codebooks/metrics.yaml, P1.good_direction, row {row}\n"
        "  Accepted: did you mean 'neither'? Others: higher, lower\n"
        "  Next:     Correct the row in the code book."
    )
    assert english(error) == told
    assert str(error) == f"{swedish}\n\n{told}"
    line = (SHIPPED / "metrics.yaml").read_text(encoding="utf-8").splitlines()[row - 1]
    assert line.strip() == "good_direction: neither"


def test_an_unknown_key_and_the_missing_one_are_both_told(broken) -> None:
    error = broken("metrics.yaml", "family: process", "famly: process", after="- code: P2")
    assert [problem.code for problem in error.problems] == ["unknown_key", "missing_key"]
    assert "Nyckeln ”famly” är okänd." in str(error)
    assert "menade du ”family”?" in str(error)
    assert "Nyckeln ”family” saknas." in str(error)


def test_an_exposure_that_is_not_in_the_book(broken, english) -> None:
    error = broken("metrics.yaml", "default_exposure: N1\n", "default_exposure: N99\n", after="- code: P1")
    assert only(error) == "unknown_code"
    assert "Koden ”N99” finns inte i kodboken." in str(error)
    assert "codebooks/metrics.yaml, P1.default_exposure" in str(error)
    assert "The code 'N99' is not in the code book." in english(error)
    assert "add the entry that is missing" in english(error)


def test_a_scale_that_contradicts_the_words_after_it(broken) -> None:
    error = broken("metrics.yaml", "scale_per: 100000", "scale_per: 1000", after="- code: P1")
    assert only(error) == "scale_mismatch"
    assert "stämmer inte med texten ”per 100 000 invånare och år”" in str(error)


@pytest.mark.parametrize("day", ["2024-02-30", "1 juli 2024", "2024-7-1", "20240701", "[2024]", "2024-07-01 10:00"])
def test_a_date_that_cannot_be_read(broken, day: str) -> None:
    error = broken("metrics.yaml", "valid_from: null", f"valid_from: {day}", after="- code: P1")
    assert only(error) == "bad_date"
    assert "Datumet i ”valid_from” kan inte läsas." in str(error)
    assert "ett datum som finns, skrivet 2019-07-01" in str(error)


def test_dates_the_wrong_way_round(broken) -> None:
    error = broken("metrics.yaml", "valid_from: null", "valid_from: 2025-01-01", after="- code: T3")
    assert only(error) == "dates_reversed"
    assert "”valid_to” ligger före ”valid_from”." in str(error)
    error = broken("law_changes.yaml", "2022-04-30", "2019-04-30")
    assert [problem.code for problem in error.problems] == ["dates_reversed", "dates_reversed"]
    assert "covid.to" in str(error)


def test_a_month_is_given_by_its_first_day(broken) -> None:
    error = broken("law_changes.yaml", "from: 2020-03-01", "from: 2020-03-15")
    assert only(error) == "bad_date"
    assert "noggrannare än ”precision” säger" in str(error)


def test_a_category_code_with_the_wrong_form(broken) -> None:
    error = broken("metrics.yaml", "code: aterkallelse", "code: Återkallelse", after="- code: T1")
    assert only(error) == "bad_code"
    assert "Kategorikoden ”Återkallelse” har fel form." in str(error)


def test_a_category_twice(broken) -> None:
    error = broken("metrics.yaml", "code: aterkallelse", "code: varning", after="- code: T1")
    assert only(error) == "duplicate_code"


def test_a_metric_twice(broken, english) -> None:
    error = broken("metrics.yaml", "- code: P2\n", "- code: P1\n")
    assert only(error) == "duplicate_code"
    assert "Koden finns 2 gånger i filen." in str(error)
    assert "codebooks/metrics.yaml, P1" in english(error)


def test_a_key_twice_in_one_entry(broken) -> None:
    error = broken(
        "metrics.yaml", "    verified: true\n", "    verified: true\n    verified: true\n", after="- code: P1"
    )
    assert only(error) == "duplicate_key"
    first = error.problems[0].place.rows[0] - 1
    assert f"Nyckeln ”verified” står två gånger i samma post, först på rad {first}." in str(error)


def test_a_law_change_that_hits_nothing_known(broken) -> None:
    error = broken("law_changes.yaml", "hits: [B6]", "hits: [B66]")
    assert only(error) == "unknown_code"
    assert "sanktionsavgift_livsmedel.hits" in str(error)
    assert "menade du ”B6”?" in str(error)


def test_a_share_without_its_parts(broken) -> None:
    error = broken("metrics.yaml", "measure: count", "measure: share", after="- code: P1")
    assert only(error) == "missing_parts"
    assert "både ”numerator” och ”denominator”" in str(error)


def test_what_is_unverified_says_what_to_verify(broken) -> None:
    error = broken("metrics.yaml", "verified: true", "verified: false", after="- code: P1")
    assert only(error) == "verify_note"


def test_a_language_left_out(broken) -> None:
    error = broken("metrics.yaml", "{sv: tillsynsbesök, en: inspection visits}", "{sv: tillsynsbesök}")
    assert only(error) == "wrong_type"
    assert "sv, en, alla med text" in str(error)


def test_warnings_not_equally_many_in_both_languages(broken) -> None:
    error = broken("metrics.yaml", "        - Återbesök är nya besök men inte nya objekt.\n", "")
    assert only(error) == "wrong_type"
    assert "lika många meningar i båda" in str(error)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("detection_driven: false", "detection_driven: no"),
        ("scale_per: 100000", "scale_per: 0"),
        ("scale_per: 100000", "scale_per: 1e5"),
        ("date_bases: [handelse]", "date_bases: []"),
        ("categories: []", "categories: [ja]"),
        ("legal_basis: null", "legal_basis: 12"),
    ],
)
def test_a_value_of_the_wrong_kind(broken, old: str, new: str) -> None:
    error = broken("metrics.yaml", old, new, after="- code: P1")
    assert "wrong_type" in {problem.code for problem in error.problems}
    assert f"P1.{old.split(':', maxsplit=1)[0]}" in str(error)


def test_a_code_with_the_wrong_form(broken) -> None:
    assert "bad_code" in {p.code for p in broken("exposures.yaml", "- code: N13", "- code: M13").problems}


def test_everything_wrong_in_all_three_files_is_told_at_once(copied: Path) -> None:
    for file, old, new in [
        ("metrics.yaml", "family: process", "family: proces"),
        ("exposures.yaml", "kind: stock", "kind: stok"),
        ("law_changes.yaml", "precision: year", "precision: yer"),
    ]:
        path = copied / file
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CodebookError) as caught:
        MetricBook.load(copied)
    assert [problem.place.file for problem in caught.value.problems] == [
        "codebooks/metrics.yaml",
        "codebooks/exposures.yaml",
        "codebooks/law_changes.yaml",
    ]
    assert {problem.code for problem in caught.value.problems} == {"unknown_value"}


def test_a_missing_file(copied: Path) -> None:
    (copied / "exposures.yaml").unlink()
    with pytest.raises(CodebookError, match="En fil i kodboken saknas") as caught:
        MetricBook.load(copied)
    # without its exposures every metric would look wrong: only the cause is told
    assert [problem.code for problem in caught.value.problems] == ["missing_file"]


def test_a_file_that_cannot_be_read_is_the_only_thing_told(copied: Path) -> None:
    (copied / "exposures.yaml").write_text("exposures: [", encoding="utf-8")
    with pytest.raises(CodebookError) as caught:
        MetricBook.load(copied)
    assert only(caught.value) == "yaml_syntax"


def test_another_encoding(copied: Path) -> None:
    path = copied / "metrics.yaml"
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))
    with pytest.raises(CodebookError, match="inte sparad som UTF-8"):
        MetricBook.load(copied)


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(copied: Path, book: MetricBook) -> None:
    for path in copied.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        path.write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    assert MetricBook.load(copied) == book


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("metrics: [", "yaml_syntax"),
        ("", "wrong_root"),
        ("- a", "wrong_root"),
        ("metrics: none", "wrong_root"),
        ("metrics:\n  - text", "wrong_type"),
        ("metrics: []\nmetric: 1", "unknown_key"),
        ("metrics: &a\n  - *a", "yaml_reference"),
        ("metrics:\n  - &x {a: 1}\n  - *x", "yaml_reference"),
        ("metrics: !!python/name:os.system\n", "wrong_root"),
    ],
)
def test_a_file_of_another_shape(text: str, code: str) -> None:
    log = ProblemLog()
    read_entries(text, file="codebooks/metrics.yaml", root="metrics", log=log)
    assert code in {problem.code for problem in log.problems}


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab:-[]{}#&*!|>'\"\n ?%@,1", max_size=60))
def test_no_text_makes_the_reader_fail_in_another_way(text: str) -> None:
    log = ProblemLog()
    entries = read_entries("metrics:\n  - code: P1\n" + text, file="metrics.yaml", root="metrics", log=log)
    assert entries or log.problems


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_metric_that_lacks_any_required_key_is_refused(tmp_path: Path, data: st.DataObject) -> None:
    key = data.draw(
        st.sampled_from(
            ["family", "measure", "verified", "scale_per", "good_direction", "sensitivity", "legal_basis", "valid_to"]
        )
    )
    folder = tmp_path / key
    shutil.copytree(SHIPPED, folder, dirs_exist_ok=True)
    lines = (folder / "metrics.yaml").read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith(f"    {key}:"))
    (folder / "metrics.yaml").write_text("\n".join(lines[:at] + lines[at + 1 :]), encoding="utf-8")
    with pytest.raises(CodebookError) as caught:
        MetricBook.load(folder)
    assert f"Nyckeln ”{key}” saknas." in str(caught.value)


def test_the_digest_is_stable_and_follows_every_file(copied: Path, book: MetricBook) -> None:
    assert MetricBook.load(copied).digest == book.digest == MetricBook.load().digest
    assert len(book.digest) == len(hashlib.sha256().hexdigest())
    for file in ("metrics.yaml", "exposures.yaml", "law_changes.yaml"):
        path = copied / file
        path.write_text(path.read_text(encoding="utf-8") + "# ändrad\n", encoding="utf-8")
        assert MetricBook.load(copied).digest != book.digest
        shutil.copy(SHIPPED / file, path)
    assert MetricBook.load(copied).digest == book.digest


def test_a_book_can_be_sent_to_another_process(book: MetricBook) -> None:
    again = pickle.loads(pickle.dumps(book))  # noqa: S301 - our own bytes
    assert again == book
    assert again.metric("P1") == book.metric("P1")


def test_a_category_noun_needs_all_its_forms(broken) -> None:
    error = broken("metrics.yaml", "sv_one: erinran, ", "", after="  - code: T1\n")
    assert [problem.code for problem in error.problems] == ["wrong_type"]
    assert "noun" in error.problems[0].accepted.sv


def test_an_authority_of_an_unknown_level_gets_the_closest_known_one(broken, english) -> None:
    error = broken("authorities.yaml", "level: statlig", "level: statligt", after="- code: polisen")
    assert only(error) == "unknown_value"
    assert "codebooks/authorities.yaml, polisen.level, row" in english(error)
    assert "did you mean 'statlig'?" in english(error)
