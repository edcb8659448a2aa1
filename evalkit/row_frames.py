"""The frame of a series of results: why rows have no number, the labels before them, and what of it is printed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import index
from typing import TYPE_CHECKING, SupportsIndex

from evalkit.errors import EstimationError, Place, Problem
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import EstimateStatus

if TYPE_CHECKING:
    import polars as pl

    from evalkit.columns import Schema


# Wide enough for two labels and every number.
_WIDTH = 160


def with_reasons(numbers: pl.DataFrame, reasons: Sequence[Statement]) -> pl.DataFrame:
    """The rows with ``status`` and the reason in both languages, for ``reason``, which is its place in ``reasons``.

    Examples
    --------
    >>> import polars as pl
    >>> from evalkit import refusals
    >>> from evalkit.row_frames import with_reasons
    >>> numbers = pl.DataFrame({"estimate": [0.5, None], "reason": [None, 0]})
    >>> with_reasons(numbers, [refusals.no_events()]).select("status", "reason_code").rows()
    [('estimated', None), ('not_estimable', 'no_events')]
    """
    import polars as pl

    told = {
        "status": [EstimateStatus.NOT_ESTIMABLE.value] * len(reasons),
        "reason_code": [reason.code for reason in reasons],
        "reason_sv": [reason.text.sv for reason in reasons],
        "reason_en": [reason.text.en for reason in reasons],
    }
    words = pl.DataFrame(told, schema=dict.fromkeys(told, pl.String)).with_row_index("reason")
    words = words.with_columns(pl.col("reason").cast(pl.Int8))
    beside = numbers.with_columns(pl.col("reason").cast(pl.Int8)).join(
        words, on="reason", how="left", maintain_order="left"
    )
    return beside.drop("reason").with_columns(pl.col("status").fill_null(EstimateStatus.ESTIMATED.value))


def at_row(row: SupportsIndex, rows: int) -> int:
    """The place from 0 of a row that is asked for; a negative one counts from the end.

    Raises
    ------
    IndexError
        When there is no such row, as sequences do.

    Examples
    --------
    >>> from evalkit.row_frames import at_row
    >>> at_row(-1, 3)
    2
    """
    at = index(row)
    if not -rows <= at < rows:
        raise IndexError(f"there are {rows} rows, numbered from 0")
    return at % rows


def in_schema(told: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """The columns of the schema in its order and types, null where ``told`` has none: such frames stack."""
    import polars as pl

    return told.select(
        pl.col(name).cast(dtype) if name in told.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in schema.items()
    )


def named(groups: pl.DataFrame | None, told: pl.DataFrame) -> pl.DataFrame:
    """The rows with what they are about before them; a label named as one of our columns gets ``_group`` after it."""
    import polars as pl

    if groups is None:
        return told
    taken = {name: f"{name}_group" for name in groups.columns if name in told.columns}
    return pl.concat([groups.rename(taken), told], how="horizontal")


def labels_for(labels: pl.DataFrame | pl.Series | Iterable[object], rows: int) -> pl.DataFrame:
    """The labels of a series as a frame.

    Raises
    ------
    EstimationError
        When there is not one label for each row.
    """
    frame = _as_frame(labels)
    if frame is not None and frame.height == rows:
        return frame
    raise EstimationError(
        Problem(
            code="labels_do_not_fit",
            what=Text("labels har inte en rad för varje resultat.", "labels do not have one row for each result."),
            place=Place(file="evalkit.labelled()", key="argument labels"),
            accepted=Text(
                "en kolumn, lista eller tabell med lika många rader", "a column, list or frame with as many rows"
            ),
            next_step=Text("Ta dem ur samma tabell som talen.", "Take them from the table that the numbers are in."),
        )
    )


def _as_frame(labels: object) -> pl.DataFrame | None:
    """Labels of any kind as a frame; ``None`` when they are not one column of one kind of values."""
    import polars as pl

    if isinstance(labels, pl.DataFrame):
        return labels
    if isinstance(labels, pl.Series):
        return labels.to_frame()
    if isinstance(labels, str) or not isinstance(labels, Iterable) or hasattr(labels, "columns"):
        return None
    own = getattr(labels, "name", None)
    try:
        return pl.Series(own if isinstance(own, str) else "label", list(labels)).to_frame()
    except (TypeError, ValueError, pl.exceptions.PolarsError):
        return None


def listed(title: str, frame: pl.DataFrame) -> str:
    """The title and the columns of a record that hold anything, as polars prints them."""
    import polars as pl

    kept = [name for name in frame.columns if not frame.height or frame[name].null_count() < frame.height]
    with pl.Config(tbl_cols=-1, tbl_width_chars=_WIDTH, tbl_hide_column_data_types=True, tbl_hide_dataframe_shape=True):
        return f"{title}\n{frame.select(kept)}"


def printed(frame: pl.DataFrame, columns: Sequence[str]) -> str:
    """The table as polars prints it: labels first, then those of ``columns`` that hold anything."""
    import polars as pl

    # Labels are what stands before our first column.
    labels = frame.columns[: frame.columns.index(columns[0])]
    kept = [name for name in columns if frame[name].null_count() < frame.height or name == columns[0]]
    with pl.Config(tbl_cols=-1, tbl_width_chars=_WIDTH, tbl_hide_column_data_types=True, tbl_hide_dataframe_shape=True):
        return str(frame.select(*labels, *kept))
