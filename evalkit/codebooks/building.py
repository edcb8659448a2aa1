"""Turns a raw entry into a metric, an exposure, a law change or an authority."""

from __future__ import annotations

import re
from dataclasses import fields

from evalkit.codebooks.entries import Authority, Exposure, LawChange, Measure, Metric, Precision
from evalkit.codebooks.fields import FieldReader
from evalkit.language import Text
from evalkit.vocabulary import AuthorityLevel, DateBasis, ExposureKind, GoodDirection, MetricFamily, Sensitivity

_OPTIONAL = ("numerator", "denominator", "categories_overlap", "counts_only", "follows", "verify_note")
_METRIC_KEYS = tuple(entry.name for entry in fields(Metric) if entry.name not in _OPTIONAL)
_EXPOSURE_KEYS = tuple(entry.name for entry in fields(Exposure) if entry.name not in _OPTIONAL)
_LAW_KEYS = ("id", "from", "to", "precision", "change", "short", "hits", "law", "verified")
_METRIC_CODE = re.compile(r"[A-Z][0-9]+[a-z]?")
_EXPOSURE_CODE = re.compile(r"N[0-9]+")
_LAW_ID = re.compile(r"[a-z][a-z0-9_]*")


def _code(row: FieldReader, key: str, pattern: re.Pattern[str], example: str) -> str:
    code = row.string(key)
    if code and not pattern.fullmatch(code):
        row.note(
            "bad_code",
            key,
            Text(f"Koden i ”{key}” har fel form.", f"The code in '{key}' has the wrong form."),
            Text(f"en kod som {example}", f"a code such as {example}"),
        )
    return code


def metric(row: FieldReader) -> Metric:
    """The metric on one entry of ``metrics.yaml``."""
    row.check_keys(required=_METRIC_KEYS, optional=_OPTIONAL)
    valid_from, valid_to = row.period("valid_from", "valid_to")
    verified, verify_note = _verification(row)
    found = Metric(
        code=_code(row, "code", _METRIC_CODE, "P1, C1a"),
        name=row.text("name"),
        short=row.text("short"),
        noun=row.noun("noun"),
        definition=row.text("definition"),
        unit=row.text("unit"),
        measure=row.word("measure", Measure),
        family=row.word("family", MetricFamily),
        legal_basis=row.optional_string("legal_basis"),
        decided_by=row.text("decided_by"),
        reported_by=row.text("reported_by"),
        date_bases=row.words("date_bases", DateBasis),
        valid_from=valid_from,
        valid_to=valid_to,
        good_direction=row.word("good_direction", GoodDirection),
        detection_driven=row.truth("detection_driven"),
        numerator=row.optional_text("numerator"),
        denominator=row.optional_text("denominator"),
        default_exposure=row.string("default_exposure"),
        scale_per=row.positive("scale_per"),
        categories=row.categories("categories"),
        categories_overlap=row.truth("categories_overlap", default=False),
        counts_only=row.truth("counts_only", default=False),
        follows=row.optional_string("follows"),
        sensitivity=row.word("sensitivity", Sensitivity),
        traps=row.texts("traps"),
        sources=row.strings("sources"),
        verified=verified,
        verify_note=verify_note,
    )
    _check_parts(row, found)
    return found


def _check_parts(row: FieldReader, found: Metric) -> None:
    """A share or a mean says what it is made of."""
    needs_parts = found.measure in (Measure.SHARE, Measure.DURATION)
    has_parts = (found.numerator is not None, found.denominator is not None)
    if has_parts[0] != has_parts[1] or (needs_parts and not any(has_parts)):
        row.note(
            "missing_parts",
            "measure",
            Text("Måttet säger inte vad som delas med vad.", "The metric does not say what is divided by what."),
            Text(
                "både ”numerator” och ”denominator” (alltid vid share och duration)",
                "both 'numerator' and 'denominator' (always with share and duration)",
            ),
        )


def exposure(row: FieldReader) -> Exposure:
    """The exposure on one entry of ``exposures.yaml``."""
    row.check_keys(required=_EXPOSURE_KEYS, optional=("verify_note",))
    valid_from, valid_to = row.period("valid_from", "valid_to")
    verified, verify_note = _verification(row)
    return Exposure(
        code=_code(row, "code", _EXPOSURE_CODE, "N1"),
        name=row.text("name"),
        short=row.text("short"),
        noun=row.noun("noun"),
        unit=row.text("unit"),
        kind=row.word("kind", ExposureKind),
        scale_per=row.positive("scale_per"),
        scale_text=row.text("scale_text"),
        person_time_unit=row.text("person_time_unit"),
        held_by=row.text("held_by"),
        valid_from=valid_from,
        valid_to=valid_to,
        traps=row.texts("traps"),
        verified=verified,
        verify_note=verify_note,
    )


def law_change(row: FieldReader) -> LawChange:
    """The change on one entry of ``law_changes.yaml``."""
    row.check_keys(required=_LAW_KEYS, optional=("verify_note", "units"))
    precision = row.word("precision", Precision)
    start, end = row.first_day_of("from", precision), row.optional_day("to")
    row.check_order(start, end, first_key="from", last_key="to")
    verified, verify_note = _verification(row)
    return LawChange(
        id=_code(row, "id", _LAW_ID, "hotelltillstand_upphor"),
        start=start,
        end=end,
        precision=precision,
        change=row.text("change"),
        short=row.text("short"),
        hits=row.strings("hits"),
        law=row.optional_string("law"),
        verified=verified,
        verify_note=verify_note,
        units=row.strings("units") if row.has("units") else (),
    )


def authority(row: FieldReader) -> Authority:
    """The body on one entry of ``authorities.yaml``."""
    row.check_keys(required=("code", "name", "level"))
    return Authority(
        code=_code(row, "code", _LAW_ID, "miljoforvaltningen"),
        name=row.text("name"),
        level=row.word("level", AuthorityLevel),
    )


def _verification(row: FieldReader) -> tuple[bool, Text | None]:
    """What is not verified says what to verify, and what is verified has nothing left to say."""
    verified, note = row.truth("verified"), row.optional_text("verify_note")
    if verified is (note is not None):
        row.note(
            "verify_note",
            "verified",
            Text(
                "”verified” och ”verify_note” säger emot varandra.",
                "'verified' and 'verify_note' contradict each other.",
            ),
            Text(
                "”verify_note” på svenska och engelska vid false, ingen ”verify_note” vid true",
                "'verify_note' in Swedish and English with false, no 'verify_note' with true",
            ),
        )
    return verified, note
