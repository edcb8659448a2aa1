"""HTML views for notebooks: what an analyst sees when a value is the last line of a cell.

Views show data to the analyst who holds them; reports go through :mod:`evalkit.disclosure` instead.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from evalkit import style, view_words
from evalkit.estimates import ADHOC

if TYPE_CHECKING:
    from evalkit.counting import Aggregates
    from evalkit.dataset import Dataset
    from evalkit.estimate_series import EstimateSeries
    from evalkit.estimates import Estimate
    from evalkit.holdings import Holdings
    from evalkit.panels import Panel
    from evalkit.plan import Plan
    from evalkit.statements import Statement

_SYNTHETIC = '<p style="border:2px solid;padding:.2em .6em;display:inline-block"><strong>SYNTETISKA DATA</strong></p>'
_SHOWN_ROWS = 10
_BLOCKS = "▁▂▃▄▅▆▇█"
_STATUS_SIGNS = {"value": "■", "suppressed": "×", "missing": "·", "not_applicable": "–", "not_yet_reported": "…"}


def _table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, synthetic: bool = False) -> str:
    header = "".join(f'<th scope="col" style="text-align:left">{html.escape(cell)}</th>' for cell in head)
    body = "".join(
        "<tr>" + "".join(f'<td style="text-align:left">{html.escape(cell)}</td>' for cell in row) + "</tr>"
        for row in rows
    )
    mark = _SYNTHETIC if synthetic else ""
    return (
        f"{mark}<table><caption style='text-align:left'>{html.escape(caption)}</caption>"
        f"<thead><tr>{header}</tr></thead><tbody>{body}</tbody></table>"
    )


def dataset_view(dataset: Dataset) -> str:
    """Tables with their rows, then a strip of what each unit has reported."""
    rows = [
        (name, style.number(frame.height), ", ".join(frame.columns))
        for name, frame in (
            ("units", dataset.units),
            ("model_periods", dataset.model_periods),
            ("outcomes", dataset.outcomes),
            ("exposure", dataset.exposure),
            ("coverage", dataset.coverage),
            ("sources", dataset.sources),
        )
    ]
    names = dict(dataset.units.select("unit_id", "unit_name").iter_rows())
    strips = [
        (f"{names.get(unit, unit)} ({unit})", metric, f"{first} – {last}")
        for unit, metric, first, last in dataset.coverage.select(
            "unit_id", "metric", "covered_from", "covered_to"
        ).iter_rows()
    ]
    return _table("Datamängd", ("Tabell", "Rader", "Kolumner"), rows, synthetic=dataset.synthetic) + _table(
        "Täckning", ("Enhet", "Mått", "Rapporterat"), strips
    )


def holdings_view(holdings: Holdings) -> str:
    """Tables with their rows and columns, in the order of the contracts."""
    rows = [(name, style.number(frame.height), ", ".join(frame.columns)) for name, frame in holdings.tables.items()]
    return _table("Händelser", ("Tabell", "Rader", "Kolumner"), rows, synthetic=holdings.synthetic)


def aggregates_view(aggregates: Aggregates) -> str:
    """Tables with their rows and columns, then what was left out."""
    rows = [(name, style.number(frame.height), ", ".join(frame.columns)) for name, frame in aggregates.tables.items()]
    told = "".join(f"<li>{html.escape(str(problem.what))}</li>" for problem in aggregates.remarks)
    head = ("Tabell", "Rader", "Kolumner")
    return _table("Antal", head, rows, synthetic=aggregates.synthetic) + (f"<ul>{told}</ul>" if told else "")


def panel_view(panel: Panel) -> str:
    """One line per series and unit: a sparkline of the counts and a strip of the statuses."""
    rows = [
        (
            key,
            panel.unit_name(unit),
            _sparkline(part),
            "".join(_STATUS_SIGNS[word] for word in part["status"]),
            _total(part),
        )
        for (key, unit), part in panel.frame.group_by(["series", "unit_id"], maintain_order=True)
    ]
    legend = ", ".join(f"{sign} {style.STATUS_WORDS[word]}" for word, sign in _STATUS_SIGNS.items())
    head = ("Serie", "Enhet", "Antal", "Status", "Summa")
    return _table(f"Panel ({legend})", head, rows, synthetic=panel.synthetic)


def _sparkline(part: pl.DataFrame) -> str:
    top = part["count"].max()
    if not isinstance(top, int) or top == 0:
        return ""
    return "".join(" " if count is None else _BLOCKS[min(7, 7 * count // top)] for count in part["count"])


def _total(part: pl.DataFrame) -> str:
    return style.number(int(part["count"].sum())) if part["count"].null_count() == 0 else "–"


def plan_view(plan: Plan) -> str:
    """The plan's comparisons."""
    from evalkit import tables
    from evalkit.metrics import MetricBook

    head = f"{plan.document.title.sv}: {plan.document.subtitle.sv}"
    return f"<p><strong>{html.escape(head)}</strong><br>sha256 {plan.digest[:12]}</p>" + tables.to_html(
        tables.planned(plan, MetricBook.load())
    )


def estimates_view(items: Sequence[Estimate], *, synthetic: bool = False) -> str:
    """One line per estimate; a refusal shows its reason in the place of the interval."""
    return _estimates("Skattningar", items, synthetic=synthetic)


def estimate_series_view(series: EstimateSeries) -> str:
    """The first rows of a series of estimates with their labels, and how many there are."""
    refused = len(series) - series.numbers["reason"].null_count()
    caption = f"Skattningar: {_rows(len(series))}, {style.number(refused)} går inte att beräkna"
    shown = [series[row] for row in range(min(len(series), _SHOWN_ROWS))]
    labels = pl.DataFrame() if series.groups is None else series.groups.head(_SHOWN_ROWS)
    return _estimates(caption, shown, labels=labels)


def _estimates(
    caption: str, items: Sequence[Estimate], *, labels: pl.DataFrame | None = None, synthetic: bool = False
) -> str:
    """A table with those columns that hold anything; what has no name of a plan shows none."""
    beside = {} if labels is None else {name: [str(one) for one in labels[name]] for name in labels.columns}
    columns = {
        **beside,
        "Nr": ["" if item.estimand_id == ADHOC else item.estimand_id for item in items],
        "Mått": ["" if item.metric is None else view_words.cell("metric", item.metric) for item in items],
        "Jämförelse": [item.contrast or "" for item in items],
        "Tal": [_estimate(item) for item in items],
        "Intervall": [_limits(item) for item in items],
        "p-värde": ["" if item.p_value is None else _digits(item.p_value) for item in items],
        "Justerat p-värde": ["" if item.p_adjusted is None else _digits(item.p_adjusted) for item in items],
        "Prövning": [
            ", ".join(f"{view_words.cell('test', test.name)}: p = {_digits(test.p_value)}" for test in item.tests)
            for item in items
        ],
        "Metod": ["" if item.method is None else view_words.cell("method", item.method) for item in items],
    }
    kept = {head: cells for head, cells in columns.items() if head in {"Tal", "Intervall"} or any(cells)}
    return _table(caption, tuple(kept), list(zip(*kept.values(), strict=True)), synthetic=synthetic)


def _estimate(item: Estimate) -> str:
    if item.estimate is None:
        return "går inte att beräkna"
    return f"{_digits(item.estimate)} ({view_words.SCALES[item.scale]})"


def _limits(item: Estimate) -> str:
    if item.estimate is None:
        return str(item.reason)
    if item.conf_low is None or item.conf_high is None:
        return ""
    return f"{_digits(item.conf_low)} till {_digits(item.conf_high)}"


def reason_view(reason: Statement | None) -> str:
    """Why there is nothing to show."""
    return f"<p>{html.escape(str(reason or ''))}</p>"


def frame_view(caption: str, frame: pl.DataFrame) -> str:
    """The first rows of the frame of a record, in Swedish, with those columns that hold anything."""
    kept = [
        name
        for name in frame.columns
        if name not in view_words.LEFT_OUT and (not frame.height or frame[name].null_count() < frame.height)
    ]
    rows = [
        tuple(_cell(name, one) for name, one in zip(kept, row, strict=True))
        for row in frame.select(kept).head(_SHOWN_ROWS).iter_rows()
    ]
    head = [view_words.HEADS.get(name, name) for name in kept]
    return _table(f"{caption}: {_rows(frame.height)}", head, rows)


def _rows(height: int) -> str:
    return "1 rad" if height == 1 else f"{style.number(height)} rader"


def _cell(column: str, one: object) -> str:
    if one is None:
        return ""
    return _digits(one) if isinstance(one, float) else view_words.cell(column, one)


def _digits(number: float) -> str:
    return style.significant(number, digits=3)
