"""Synthetic visits with known faults, written as Parquet in row groups without being held all at once.

Every hundredth row breaks exactly one rule, in turn, so that the right answer is known beforehand.
Nothing in it is real.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

SEED = 20250101
CHUNK = 1_000_000
ROW_GROUP = 500_000
ORPHAN = 900_000_000

UNITS = tuple(f"{number:04d}" for number in range(114, 404))
WITHOUT_MODEL = UNITS[0]
SOURCES = tuple(f"syntetisk_{number}" for number in range(1, 51))
AUTHORITIES = ("polisen", "tillstandsenheten", "miljoforvaltningen", "skatteverket")
START = ("kontorstid", "kvall_natt", "helg", "ej_registrerad")
OBJECTS = (
    "restaurang", "butik", "hotell", "verkstad", "massagesalong", "bygg", "avfall", "transport", "bostad", "ovrigt",
)  # fmt: skip
KINDS = ("forsta", "uppfoljning")
SOCIAL = ("pa_plats", "i_beredskap", "ej", "ej_registrerad")
ANSWER = ("ja", "nej", "ej_registrerad")
MODELS = ("otto", "samordnad_tillsyn")

# Rule, column, and what makes a row break it: in this order, over and over.
FAULTS: tuple[tuple[str, str, object], ...] = (
    ("duplicate_key", "visit_id", None),
    ("empty_cell", "visit_date", None),
    ("not_in_list", "start_class", "morgon"),
    ("not_in_list", "screening", "kanske"),
    ("unknown_reference", "unit_id", "9999"),
    ("leading_zero", "unit_id", "127"),
    ("unknown_reference", "source_id", "okand"),
    ("unknown_reference", "follow_up_of", ORPHAN),
    ("unknown_code", "initiated_by", "okand"),
    ("below_minimum", "object_no", 0),
    ("above_maximum", "occasion_id", 1_000_000_000),
    ("wrong_form", "model", "Otto"),
    ("outside_model_period", "visit_date", WITHOUT_MODEL),
    ("follow_up_kind", "visit_kind", "forsta"),
)
_EVERY, _AT = 100, 50


def rule_names() -> tuple[str, ...]:
    """Rule and column as one word."""
    return tuple(f"{rule}:{column}" for rule, column, _ in FAULTS)


def expected(rows: int) -> dict[str, int]:
    """How many rows break each rule. A double is two rows."""
    faulty = len(range(_AT, rows + 1, _EVERY))
    turns = [len(range(place, faulty, len(FAULTS))) for place in range(len(FAULTS))]
    return {
        name: turn * (2 if place == 0 else 1)
        for place, (name, turn) in enumerate(zip(rule_names(), turns, strict=True))
    }


def references() -> dict[str, pl.DataFrame]:
    """The other tables, checked and typed."""
    models = [(unit, model) for unit in UNITS if unit != WITHOUT_MODEL for model in MODELS]
    return {
        "units": pl.DataFrame({"unit_id": UNITS}),
        "sources": pl.DataFrame({"source_id": SOURCES}),
        "model_periods": pl.DataFrame(models, schema=["unit_id", "model"], orient="row").with_columns(
            valid_from=pl.lit(date(2015, 1, 1)), valid_to=pl.lit(None, pl.Date)
        ),
    }


def write(path: Path, rows: int) -> None:
    """Write the file; the same bytes for the same number of rows and version of polars."""
    from polars.io.plugins import register_io_source

    def source(*_: object) -> Iterator[pl.DataFrame]:
        for start in range(0, rows, CHUNK):
            yield _chunk(start, min(CHUNK, rows - start), rows)

    lazy = register_io_source(source, schema=_chunk(0, 200, rows).schema)
    lazy.sink_parquet(path, row_group_size=ROW_GROUP)


def _chunk(start: int, height: int, rows: int) -> pl.DataFrame:
    random = np.random.default_rng([SEED, start])
    number = np.arange(start + 1, start + height + 1)

    def pick(values: tuple[str, ...]) -> pl.Series:
        return pl.Series(values).gather(random.integers(0, len(values), height))

    follows = (random.random(height) < 0.2) & (number > _EVERY)  # noqa: PLR2004
    earlier = (random.random(height) * (number // _EVERY)).astype(np.int64) * _EVERY + random.integers(1, _AT, height)
    sound = pl.DataFrame(
        {
            "visit_id": number,
            "unit_id": pick(UNITS[1:]),
            "model": pick(MODELS),
            "visit_date": pl.Series((16801 + number * 3600 // rows).astype(np.int32)).cast(pl.Date),
            "start_class": pick(START),
            "object_type": pick(OBJECTS),
            "visit_kind": pl.Series(KINDS).gather(follows.astype(np.int64)),
            "follow_up_of": pl.select(pl.when(pl.Series(follows)).then(pl.Series(earlier))).to_series(),
            "occasion_id": random.integers(1, 10**6, height),
            "object_no": random.integers(1, 10**6, height),
            "initiated_by": pick(AUTHORITIES),
            "social_services": pick(SOCIAL),
            "ngo_present": pick(ANSWER),
            "screening": pick(ANSWER),
            "source_id": pick(SOURCES),
        }
    )
    order = random.permutation(height)
    return _spoilt(sound)[order]


def _spoilt(sound: pl.DataFrame) -> pl.DataFrame:
    number = pl.col("number")
    turn = pl.when(number % _EVERY == _AT).then((number // _EVERY) % len(FAULTS)).otherwise(-1)
    frame = sound.with_columns(number=pl.col("visit_id")).with_columns(turn=turn)
    place = {f"{rule}:{column}": place for place, (rule, column, _) in enumerate(FAULTS)}

    def when(name: str) -> pl.Expr:
        return pl.col("turn") == place[name]

    plain = [
        pl.when(when(f"{rule}:{column}")).then(value).otherwise(pl.col(column)).alias(column)
        for column, rule, value in (
            ("visit_id", "duplicate_key", number - 1),
            ("visit_date", "empty_cell", None),
            ("start_class", "not_in_list", pl.lit("morgon")),
            ("screening", "not_in_list", pl.lit("kanske")),
            ("source_id", "unknown_reference", pl.lit("okand")),
            ("initiated_by", "unknown_code", pl.lit("okand")),
            ("object_no", "below_minimum", 0),
            ("occasion_id", "above_maximum", 1_000_000_000),
            ("model", "wrong_form", pl.lit("Otto")),
        )
    ]
    unit = (
        pl.when(when("unknown_reference:unit_id")).then(pl.lit("9999"))
        .when(when("leading_zero:unit_id")).then(pl.lit("127"))
        .when(when("outside_model_period:visit_date")).then(pl.lit(WITHOUT_MODEL))
        .otherwise(pl.col("unit_id"))
    )  # fmt: skip
    no_model = pl.any_horizontal(when("unknown_reference:unit_id"), when("leading_zero:unit_id"))
    orphan, kind = when("unknown_reference:follow_up_of"), when("follow_up_kind:visit_kind")
    return (
        frame.with_columns(
            *plain,
            unit_id=unit,
            follow_up_of=pl.when(orphan).then(ORPHAN).when(kind).then(1).otherwise(pl.col("follow_up_of")),
            visit_kind=pl.when(orphan).then(pl.lit(KINDS[1])).when(kind).then(pl.lit(KINDS[0])).otherwise("visit_kind"),
        )
        .with_columns(model=pl.when(no_model).then(None).otherwise(pl.col("model")))
        .drop("number", "turn")
    )
