"""Rows that are held against a row of another table, or another row of their own."""

from __future__ import annotations

import polars as pl

from evalkit.contracts.rules.rule import Rule, Surroundings
from evalkit.contracts.tablecheck import ROW
from evalkit.vocabulary import AuthorityLevel


def _part_of_itself(rows: pl.DataFrame, _: Surroundings) -> pl.DataFrame:
    whole_of = dict(rows.select("unit_id", "part_of").drop_nulls().iter_rows())
    circular = [unit for unit in whole_of if _leads_back(unit, whole_of)]
    return rows.filter(pl.col("unit_id").is_in(circular))


def _leads_back(unit: str, whole_of: dict[str, str]) -> bool:
    seen: set[str] = set()
    above = whole_of.get(unit)
    while above is not None and above not in seen:
        if above == unit:
            return True
        seen.add(above)
        above = whole_of.get(above)
    return False


def _follow_up_too_early(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
    followed = around.tables["visits"].select(follow_up_of="visit_id", followed_date="visit_date")
    joined = rows.join(followed, on="follow_up_of", how="inner", maintain_order="left")
    itself = pl.col("follow_up_of") == pl.col("visit_id")
    return joined.filter(itself | (pl.col("visit_date") < pl.col("followed_date")))


def _remedied_before_visit(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
    visits = around.tables["visits"].select("visit_id", "visit_date")
    joined = rows.join(visits, on="visit_id", how="inner", maintain_order="left")
    return joined.filter(pl.col("remedied_date") < pl.col("visit_date"))


def _step_before_identified(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
    """A case with several kinds of exploitation was identified in the first month of them."""
    identified = around.tables["victim_cases"].group_by("case_id").agg(pl.col("identified_month").min())
    joined = rows.join(identified, on="case_id", how="inner", maintain_order="left")
    return joined.filter(pl.col("month") < pl.col("identified_month"))


def _persons_exceed_case(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
    """One person may be counted under several kinds, so the sum over them is what a case can have at most."""
    persons = around.tables["victim_cases"].group_by("case_id").agg(in_case=pl.col("n_persons").sum())
    joined = rows.join(persons, on="case_id", how="inner", maintain_order="left")
    return joined.filter(pl.col("n_persons") > pl.col("in_case"))


def _within_unit_conflict(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
    codes = around.codes
    bodies = (codes.authority(code) for code in codes.authority_codes)
    municipal = [body.code for body in bodies if body and body.level is AuthorityLevel.KOMMUNAL]
    both = pl.all_horizontal(pl.col("requester", "responder").is_in(municipal))
    return rows.filter((pl.col("within_unit") == "ja") & ~both)


def _chain_start(rows: pl.DataFrame, _: Surroundings) -> pl.DataFrame:
    """Steps 1, 2, 3 … of which the first and no other is the decision."""
    before = pl.col("step").shift(1).over("decision_id").fill_null(0)
    gap = pl.col("step") != before + 1
    start = (pl.col("step") == 1) != (pl.col("status") == "beslutad")
    return rows.sort("decision_id", "step", ROW).filter(gap | start)


def _chain_dates_back(rows: pl.DataFrame, _: Surroundings) -> pl.DataFrame:
    before = pl.col("status_date").cum_max().shift(1).over("decision_id")
    return rows.sort("decision_id", "step", ROW).filter((pl.col("status_date") < before).fill_null(value=False))


def _paid_before_final(rows: pl.DataFrame, _: Surroundings) -> pl.DataFrame:
    final = (pl.col("status") == "laga_kraft").cast(pl.Int64).cum_sum().over("decision_id")
    return rows.sort("decision_id", "step", ROW).filter((pl.col("status") == "betald") & (final == 0))


_REVIEWS = ("overklagad", "andrad", "upphavd", "faststalld")


def _overturned_still_stands(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
    """The last review overturned the decision, and still it is given another final outcome."""
    outcome = around.tables["decisions"].select("decision_id", "final_outcome")
    final = rows.filter(pl.col("status") == "laga_kraft").group_by("decision_id").agg(final_step=pl.col("step").max())
    last = rows.filter(pl.col("status").is_in(_REVIEWS)).sort("step").group_by("decision_id").last()
    overturned = last.filter(pl.col("status") == "upphavd").join(outcome, on="decision_id", how="inner")
    open_still = (pl.col("final_outcome") == "ej_avgjord") & ~(pl.col("final_step") > pl.col("step")).fill_null(
        value=False
    )
    joined = overturned.join(final, on="decision_id", how="left")
    return joined.filter((pl.col("final_outcome") != "upphavd") & ~open_still)


_VISITS = (("visits", ("visit_id", "visit_date")),)
_STEP = ("decision_id", "step")

LINK_RULES: tuple[Rule, ...] = (
    Rule("part_of_itself", "units", "part_of", ("unit_id", "part_of"), _part_of_itself),
    Rule(
        "follow_up_too_early",
        "visits",
        "follow_up_of",
        ("visit_id", "visit_date", "follow_up_of"),
        _follow_up_too_early,
        _VISITS,
    ),
    Rule(
        "remedied_before_visit",
        "findings",
        "remedied_date",
        ("visit_id", "remedied_date"),
        _remedied_before_visit,
        _VISITS,
    ),
    Rule(
        "step_before_identified",
        "support_steps",
        "month",
        ("case_id", "month"),
        _step_before_identified,
        (("victim_cases", ("case_id", "identified_month")),),
    ),
    Rule(
        "persons_exceed_case",
        "support_steps",
        "n_persons",
        ("case_id", "n_persons"),
        _persons_exceed_case,
        (("victim_cases", ("case_id", "n_persons")),),
    ),
    Rule(
        "within_unit_conflict",
        "information_requests",
        "within_unit",
        ("within_unit", "requester", "responder"),
        _within_unit_conflict,
    ),
    Rule("chain_start", "decision_status", "step", (*_STEP, "status"), _chain_start, together=_STEP[0]),
    Rule(
        "chain_dates_back",
        "decision_status",
        "status_date",
        (*_STEP, "status_date"),
        _chain_dates_back,
        together=_STEP[0],
    ),
    Rule("paid_before_final", "decision_status", "status", (*_STEP, "status"), _paid_before_final, together=_STEP[0]),
    Rule(
        "overturned_still_stands",
        "decision_status",
        "status",
        (*_STEP, "status"),
        _overturned_still_stands,
        (("decisions", ("decision_id", "final_outcome")),),
        together=_STEP[0],
    ),
)
