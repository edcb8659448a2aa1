"""What counts as an event of which metric.

Tables whose rows name their own metric (findings, decisions, measures, victims, support, resources) are counted
by that name, so a new metric in the code book needs nothing here. The process metrics are read out of the visits
and registers, one rule each.

The definitions are those of ``data_contracts/codebooks/metrics.yaml``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from evalkit.contracts import Codes
from evalkit.counting.events import events
from evalkit.holdings import Holdings

_BASES = MappingProxyType(
    {
        "handelse": "handelse_date",
        "beslut": "beslut_date",
        "delgivning": "delgivning_date",
        "lagakraft": "lagakraft_date",
    }
)
# An order repeated with a penalty is one chain: within such a metric a chain is counted once, at its first date.
_ONCE_PER_CHAIN = ("B1", "B2")
_FOLLOWED_UP_WITHIN = "12mo"


@dataclass(frozen=True, slots=True)
class Rule:
    """Events of a table: ``table`` is where a person looks for them, ``find`` brings them."""

    table: str
    find: Callable[[Holdings, Codes], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Denominator:
    """An exposure that the events themselves give; it is known where ``metric`` is covered."""

    exposure: str
    metric: str
    find: Callable[[Holdings, Codes], pl.DataFrame]


def _visits(holdings: Holdings, _: Codes) -> pl.DataFrame:
    return events(holdings.visits, metric="P1", date_basis="handelse", day=pl.col("visit_date"))


def _departments(holdings: Holdings, codes: Codes) -> pl.DataFrame:
    return _present(holdings, codes, "kommunal", metric="P2")


def _state_authorities(holdings: Holdings, codes: Codes) -> pl.DataFrame:
    """One event per visit and authority, and one per visit for any of them."""
    metric = codes.metric("P3")
    named = list(metric.category_codes) if metric else []
    each = _present(holdings, codes, "statlig", metric="P3", category=pl.col("authority"))
    own = pl.when(pl.col("category").is_in(named)).then(pl.col("category")).otherwise(pl.lit("annan"))
    by_kind = each.with_columns(category=own).unique(maintain_order=True)
    # The row number of the visit is kept in ``case`` to count visits and not authorities.
    some = each.unique("case", maintain_order=True)
    whole = [some.with_columns(category=pl.lit("nagon")), some.with_columns(category=pl.lit(None, pl.String))]
    return pl.concat([by_kind, *whole]).with_columns(case=pl.lit(None, pl.Int64))


def _present(holdings: Holdings, codes: Codes, level: str, **columns: pl.Expr | str) -> pl.DataFrame:
    wanted = [code for code in codes.authority_codes if (one := codes.authority(code)) and one.level == level]
    there = holdings.visit_participants.filter(pl.col("authority").is_in(wanted))
    joined = there.join(holdings.visits, on="visit_id", how="inner", maintain_order="left")
    return events(joined, date_basis="handelse", day=pl.col("visit_date"), case=pl.col("visit_id"), **columns)


def _social_services(holdings: Holdings, _: Codes) -> pl.DataFrame:
    told = holdings.visits.filter(pl.col("social_services") != "ej_registrerad")
    return events(
        told, metric="P4", category=pl.col("social_services"), date_basis="handelse", day=pl.col("visit_date")
    )


def _outside_office_hours(holdings: Holdings, _: Codes) -> pl.DataFrame:
    unknown = pl.col("start_class") == "ej_registrerad"
    outside = holdings.visits.filter(pl.col("start_class") != "kontorstid")
    return events(outside, metric="P5", date_basis="handelse", day=pl.col("visit_date"), unknown=unknown)


def _lead_time(holdings: Holdings, _: Codes) -> pl.DataFrame:
    days = (pl.col("answered_date") - pl.col("requested_date")).dt.total_days()
    within = pl.when(pl.col("within_unit") == "ja").then(pl.lit("svar_inom_enheten"))
    kind = pl.when(pl.col("outcome") == "besvarad").then(within.otherwise(pl.lit("svar_mellan_enheter")))
    category = kind.otherwise(pl.col("outcome"))
    return events(
        _ended(holdings), metric="P6", category=category, date_basis="handelse", day=pl.col("answered_date"), count=days
    )


def _ended(holdings: Holdings) -> pl.DataFrame:
    return holdings.information_requests.filter(pl.col("answered_date").is_not_null())


def _remedied(holdings: Holdings, _: Codes) -> pl.DataFrame:
    """Remedied within twelve months of the visit; without a date nobody knows when."""
    found = _found_on(holdings).filter(pl.col("remedied") == "ja")
    late = pl.col("remedied_date") > pl.col("visit_date").dt.offset_by(_FOLLOWED_UP_WITHIN)
    in_time = found.filter(~late.fill_null(value=False))
    unknown = pl.col("remedied_date").is_null()
    return events(in_time, metric="P8", date_basis="handelse", day=pl.col("visit_date"), unknown=unknown)


def _followed_up(holdings: Holdings, _: Codes) -> pl.DataFrame:
    found = _found_on(holdings).filter(pl.col("remedied") != "ej_foljt_upp")
    return events(found, metric="N13", date_basis="handelse", day=pl.col("visit_date"))


def _found_on(holdings: Holdings) -> pl.DataFrame:
    visits = holdings.visits.select("visit_id", "unit_id", "model", "visit_date")
    return holdings.findings.join(visits, on="visit_id", how="inner", maintain_order="left")


def _ordinary(holdings: Holdings, _: Codes) -> pl.DataFrame:
    return events(
        holdings.ordinary_supervision,
        metric="P9",
        category=pl.col("area"),
        date_basis="handelse",
        day=pl.col("visit_date"),
    )


def _findings(holdings: Holdings, _: Codes) -> pl.DataFrame:
    """Once per visit and metric; what is both suspected and established is established."""
    first = _found_on(holdings).sort("category").unique(["visit_id", "metric"], keep="first", maintain_order=True)
    return events(
        first,
        metric=pl.col("metric"),
        category=pl.col("category"),
        date_basis="handelse",
        day=pl.col("visit_date"),
    )


def _decisions(holdings: Holdings, codes: Codes) -> pl.DataFrame:
    repeated = pl.col("metric").is_in(_ONCE_PER_CHAIN)
    chain = pl.when(repeated).then(pl.col("chain_id")).otherwise(-pl.col("decision_id"))
    once = holdings.decisions.with_columns(chain=chain).sort("beslut_date", "decision_id")
    first = once.unique(["unit_id", "model", "metric", "chain"], keep="first", maintain_order=True)
    return _by_basis(first, codes)


def _measures(holdings: Holdings, codes: Codes) -> pl.DataFrame:
    """Sanctions only: a permit withdrawn because the shop has closed is none."""
    return _by_basis(holdings.permit_measures.filter(pl.col("is_sanction") == "ja"), codes)


def _by_basis(frame: pl.DataFrame, codes: Codes) -> pl.DataFrame:
    """Once per date basis that the metric may be counted by and that has come."""
    counted = []
    for basis, column in _BASES.items():
        allowed = [code for code in codes.metric_codes if (one := codes.metric(code)) and basis in one.date_bases]
        dated = frame.filter(pl.col(column).is_not_null() & pl.col("metric").is_in(allowed))
        counted.append(
            events(
                dated,
                metric=pl.col("metric"),
                category=pl.col("category"),
                date_basis=basis,
                day=pl.col(column),
            )
        )
    return pl.concat(counted)


def _victims(holdings: Holdings, codes: Codes) -> pl.DataFrame:
    """Persons by the month they were identified, adults and children apart where the code book tells them apart."""
    by_age = [code for code in codes.metric_codes if (one := codes.metric(code)) and "barn" in one.category_codes]
    split = pl.col("metric").is_in(by_age) & pl.col("n_children").is_not_null()
    cases = holdings.victim_cases
    adults = pl.col("n_persons") - pl.col("n_children")
    parts = [
        (cases.filter(split), "vuxen", adults),
        (cases.filter(split), "barn", pl.col("n_children")),
        (cases.filter(~split), None, pl.col("n_persons")),
    ]
    counted = [
        events(
            part,
            metric=pl.col("metric"),
            category=category,
            date_basis="handelse",
            day=pl.col("identified_month"),
            count=persons,
            case=pl.col("case_id"),
        )
        for part, category, persons in parts
    ]
    return pl.concat(counted).filter(pl.col("count") > 0)


def _screening(holdings: Holdings, _: Codes) -> pl.DataFrame:
    """Recorded answers; an empty field in the protocol is not a no."""
    told = holdings.visits.filter(pl.col("screening") != "ej_registrerad")
    answers = events(told, metric="C1k", category=pl.col("screening"), date_basis="handelse", day=pl.col("visit_date"))
    screened = answers.filter(pl.col("category") == "ja").with_columns(category=pl.lit(None, pl.String))
    return pl.concat([answers, screened])


def _support(holdings: Holdings, _: Codes) -> pl.DataFrame:
    of_case = holdings.victim_cases.sort("metric").unique("case_id", keep="first", maintain_order=True)
    steps = holdings.support_steps.join(
        of_case.select("case_id", "unit_id", "model"), on="case_id", how="inner", maintain_order="left"
    )
    return events(
        steps,
        metric=pl.col("metric"),
        category=pl.col("category"),
        date_basis="handelse",
        day=pl.col("month"),
        count=pl.col("n_persons"),
        case=pl.col("case_id"),
    )


def _screened(holdings: Holdings, _: Codes) -> pl.DataFrame:
    screened = holdings.visits.filter(pl.col("screening") == "ja")
    return events(screened, metric="N10", date_basis="handelse", day=pl.col("visit_date"))


def _requests(holdings: Holdings, _: Codes) -> pl.DataFrame:
    return events(_ended(holdings), metric="N11", date_basis="handelse", day=pl.col("answered_date"))


RULES: tuple[Rule, ...] = (
    Rule("visits", _visits),
    Rule("visit_participants", _departments),
    Rule("visit_participants", _state_authorities),
    Rule("visits", _social_services),
    Rule("visits", _outside_office_hours),
    Rule("information_requests", _lead_time),
    Rule("findings", _remedied),
    Rule("ordinary_supervision", _ordinary),
    Rule("findings", _findings),
    Rule("decisions", _decisions),
    Rule("permit_measures", _measures),
    Rule("victim_cases", _victims),
    Rule("visits", _screening),
    Rule("support_steps", _support),
)
"""Every rule for a metric. Hand-overs (P7) have no table; hours and costs (R1–R3) come with their own periods."""

DENOMINATORS: tuple[Denominator, ...] = (
    Denominator("N9", "P1", _visits),
    Denominator("N10", "C1k", _screened),
    Denominator("N11", "P6", _requests),
    Denominator("N13", "P8", _followed_up),
)
