"""HTML views for notebooks: what an analyst sees when a value is the last line of a cell.

Views show data to the analyst who holds them; reports go through :mod:`evalkit.disclosure` instead.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from evalkit import style

if TYPE_CHECKING:
    from evalkit.counting import Aggregates
    from evalkit.dataset import Dataset
    from evalkit.estimate_series import EstimateSeries
    from evalkit.estimates import Estimate
    from evalkit.holdings import Holdings
    from evalkit.panels import Panel
    from evalkit.plan import Plan

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
    rows = [_estimate_row(item) for item in items]
    head = ("Nr", "Mått", "Jämförelse", "Tal", "Intervall", "Metod")
    return _table("Skattningar", head, rows, synthetic=synthetic)


def estimate_series_view(series: EstimateSeries) -> str:
    """The first rows of a series of estimates, and how many there are."""
    rows = [_estimate_row(series[row])[3:] for row in range(min(len(series), _SHOWN_ROWS))]
    refused = len(series) - series.numbers["reason"].null_count()
    caption = f"Skattningar: {style.number(len(series))} rader, {style.number(refused)} går inte att beräkna"
    return _table(caption, ("Tal", "Intervall", "Metod"), rows)


def frame_view(caption: str, frame: pl.DataFrame) -> str:
    """The first rows of the frame of a record, whose captions are in Swedish and whose columns are its names."""
    rows = [
        tuple("" if one is None else _digits(one) if isinstance(one, float) else str(one) for one in row)
        for row in frame.head(_SHOWN_ROWS).iter_rows()
    ]
    return _table(f"{caption}: {style.number(frame.height)} rader", frame.columns, rows)


def _estimate_row(item: Estimate) -> tuple[str, ...]:
    name = (item.estimand_id, item.metric or "", item.contrast or "")
    if item.estimate is None:
        return (*name, "går inte att beräkna", str(item.reason), "")
    limits = ""
    if item.conf_low is not None and item.conf_high is not None:
        limits = f"{_digits(item.conf_low)} till {_digits(item.conf_high)}"
    return (*name, f"{_digits(item.estimate)} ({item.scale})", limits, item.method or "")


def _digits(number: float) -> str:
    return style.significant(number, digits=3)
