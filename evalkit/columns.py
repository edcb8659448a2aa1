"""Names and types of the columns of every frame that crosses a module border.

Polars types are made lazily so that importing the names costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    Schema = dict[str, pl.DataType | type[pl.DataType]]


def _panel() -> Schema:
    """One row per unit × period × metric × category, complete over the grid that was asked for."""
    import polars as pl

    return {
        "series": pl.String,
        "metric": pl.String,
        "category": pl.String,
        "unit_id": pl.String,
        "period": pl.Date,
        "count": pl.Int64,
        "cases": pl.Int64,
        "largest_case": pl.Int64,
        "status": pl.String,
        "qualifier": pl.String,
        "exposure": pl.Float64,
        "exposure_status": pl.String,
        "exposure_qualifier": pl.String,
    }


def _estimates() -> Schema:
    """One row per estimand."""
    import polars as pl

    return {
        "estimand_id": pl.String,
        "metric": pl.String,
        "contrast": pl.String,
        "design": pl.String,
        "role": pl.String,
        "scale": pl.String,
        "status": pl.String,
        "estimate": pl.Float64,
        "std_error": pl.Float64,
        "conf_low": pl.Float64,
        "conf_high": pl.Float64,
        "conf_level": pl.Float64,
        "p_value": pl.Float64,
        "p_adjusted": pl.Float64,
        "multiplicity": pl.String,
        "null": pl.Float64,
        "dispersion": pl.Float64,
        "df": pl.Int64,
        "events": pl.Int64,
        "exposure": pl.Float64,
        "n_units": pl.Int64,
        "n_periods": pl.Int64,
        "method": pl.String,
        "reason_code": pl.String,
        "reason_sv": pl.String,
        "reason_en": pl.String,
        "assumptions": pl.List(pl.String),
    }


_REASON = ("status", "reason_code", "reason_sv", "reason_en")


def _series() -> Schema:
    """One row per row of the columns that went in, or per group; their labels stand before."""
    import polars as pl

    numbers = ("estimate", "conf_low", "conf_high", "p_value", "p_adjusted", "std_error", "dispersion")
    counted = ("strata", "strata_left_out", "rows", "rows_left_out")
    return {
        **dict.fromkeys(numbers, pl.Float64),
        "df": pl.Int64,
        "events": pl.Int64,
        "exposure": pl.Float64,
        "n_units": pl.Int64,
        **dict.fromkeys(counted, pl.Int64),
        "test": pl.String,
        **dict.fromkeys(("test_statistic", "test_df", "test_p_value"), pl.Float64),
        "scale": pl.String,
        "conf_level": pl.Float64,
        "null": pl.Float64,
        "method": pl.String,
        "multiplicity": pl.String,
        **dict.fromkeys(_REASON, pl.String),
    }


def _equivalences() -> Schema:
    """One row per comparison held against its margin; labels stand before."""
    import polars as pl

    numbers = ("estimate", "conf_low", "conf_high", "tost_low", "tost_high", "p_above_low", "p_below_high")
    return {
        **dict.fromkeys(numbers, pl.Float64),
        "differs": pl.Boolean,
        "is_within": pl.Boolean,
        "verdict": pl.String,
        "scale": pl.String,
        **dict.fromkeys(("margin_low", "margin_high"), pl.Float64),
        "good": pl.String,
        **dict.fromkeys(("conf_level", "tost_level"), pl.Float64),
        "method": pl.String,
        **dict.fromkeys(_REASON, pl.String),
    }


def _precisions() -> Schema:
    """One row per answer about a plan; labels stand before."""
    import polars as pl

    return {
        **dict.fromkeys(("power", "ratio", "half_width"), pl.Float64),
        "months": pl.Int64,
        **dict.fromkeys(("dispersion", "alpha"), pl.Float64),
        **dict.fromkeys(("alternative", "method"), pl.String),
        **dict.fromkeys(_REASON, pl.String),
    }


def _findings() -> Schema:
    """One row per estimand × check."""
    import polars as pl

    return {
        "estimand_id": pl.String,
        "check": pl.String,
        "status": pl.String,
        "withholds": pl.String,
        "statistic": pl.Float64,
        "threshold": pl.Float64,
        "reason_code": pl.String,
        "reason_sv": pl.String,
        "reason_en": pl.String,
    }


def _steps() -> Schema:
    """One row per estimand × time since joining."""
    import polars as pl

    return {
        "estimand_id": pl.String,
        **dict.fromkeys(("since", "last", "counted"), pl.Int64),
        **dict.fromkeys(("expected", "ratio", "conf_low", "conf_high"), pl.Float64),
    }


def _self_test() -> Schema:
    """One row per estimand × known effect."""
    import polars as pl

    return {
        "estimand_id": pl.String,
        "design": pl.String,
        "factor": pl.Float64,
        "draws": pl.Int64,
        "estimated": pl.Int64,
        "median": pl.Float64,
        "coverage": pl.Float64,
        "excludes_one": pl.Float64,
    }


def _released_series() -> Schema:
    """One row per released series cell: a panel cell after disclosure control."""
    import polars as pl

    return {
        "series": pl.String,
        "metric": pl.String,
        "group": pl.String,
        "period": pl.Date,
        "frequency": pl.String,
        "count": pl.Int64,
        "exposure": pl.Float64,
        "rate": pl.Float64,
        "conf_low": pl.Float64,
        "conf_high": pl.Float64,
        "status": pl.String,
        "marks": pl.List(pl.String),
    }


_SCHEMAS = {
    "PANEL": _panel,
    "ESTIMATES": _estimates,
    "SERIES": _series,
    "EQUIVALENCES": _equivalences,
    "PRECISIONS": _precisions,
    "FINDINGS": _findings,
    "STEPS": _steps,
    "SELF_TEST": _self_test,
    "RELEASED_SERIES": _released_series,
}


def __getattr__(name: str) -> Schema:
    if name in _SCHEMAS:
        return _SCHEMAS[name]()
    raise AttributeError(name)
