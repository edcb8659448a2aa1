"""From dates to days: how long each unit waited, and how its wait ended.

Every date that cannot be right is told by row, all at once; no row is dropped and no date is changed.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from evalkit.errors import EstimationError, Place, Problem, ProblemLog, known_names
from evalkit.inference.column_arguments import ColumnArguments
from evalkit.language import Text

if TYPE_CHECKING:
    import polars as pl

    from evalkit.comparisons.result import Table

_MOST_ROWS = 8
_PLACE = "evalkit.spans()"
_DATE = Text("ett datum, eller tom cell där det ännu inte hänt", "a date, or an empty cell where it is still to come")
_STEP = Text("Rätta något av datumen på raden.", "Correct one of the dates in the row.")
# A day, and if anything more a time of day, which is not used.
_DAY_FORM = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?$"
# Digits in the shape of a date are meant as one, even when there is no such day.
_LIKE_A_DATE = r"^\d[\d./ :T-]*$"
_ADDED, _ADDED_BY_MONTH = ("days", "event", "outcome"), ("days_least", "days_most")
_MONTH_FORM = r"^\d{4}-(0[1-9]|1[0-2])$"


def spans(
    frame: Table,
    *,
    start: str,
    end: str,
    censored_at: date | str,
    lost: str | None = None,
    resolution: Literal["day", "month"] = "day",
) -> pl.DataFrame:
    """Days from ``start`` to ``end`` for each row, with what ended them.

    Parameters
    ----------
    frame
        One row per unit, of polars or pandas. The other columns are kept.
    start, end
        Names of columns of dates, with or without a time of day, or of text such as ``2024-03-01``.
        An empty ``end`` (or text of blanks) means that the end was not reached when the data were extracted.
    censored_at
        The day on which the data were extracted, the last one that they tell about: a date, also as text such as
        ``2024-04-30``, or the name of a column of dates when the sources were extracted on different days.
    lost
        The name of a column with the day on which contact was lost, empty where it was not. An end on or before
        that day counts as the end.
    resolution
        ``day``, or ``month`` when ``start``, ``end`` and ``lost`` are months (text such as ``2024-03``, or dates of
        which only the month is known). Each month then stands for its middle day, but for none after
        ``censored_at``; the true span can be almost a month shorter or longer.

    Returns
    -------
    polars.DataFrame
        ``frame`` with ``days`` (whole days; start and end on one day are 0), ``event`` (whether the end was reached)
        and ``outcome`` (``event``, ``lost`` or ``censored``). With months also ``days_least`` and ``days_most``, the
        shortest and the longest span that the months allow: run the analysis with both.

    Raises
    ------
    EstimationError
        When a column is not there, holds no dates, is given twice or has a name that the answer needs; when a row has
        no start, an end lies before its start, or a date lies after the data were extracted. All of it is told at once,
        by row.

    Examples
    --------
    >>> from datetime import date
    >>> import polars as pl
    >>> import evalkit as ek
    >>> asked = [date(2024, 3, 1), date(2024, 3, 5), date(2024, 4, 2)]
    >>> requests = pl.DataFrame({"requested_date": asked, "answered_date": [date(2024, 3, 9), date(2024, 3, 5), None]})
    >>> found = ek.spans(requests, start="requested_date", end="answered_date", censored_at=date(2024, 4, 30))
    >>> found.select("days", "event", "outcome").rows()
    [(8, True, 'event'), (0, True, 'event'), (28, False, 'censored')]
    """
    import polars as pl

    log = ProblemLog()
    table = ColumnArguments("spans()").table("frame", frame)
    day = censored_at if isinstance(censored_at, str) and censored_at in table.columns else _day(censored_at)
    names = {"start": start, "end": end} | ({"lost": lost} if lost else {})
    bad_day = isinstance(day, str) and day not in table.columns and re.match(_LIKE_A_DATE, day) is not None
    _note_columns(table, [*names.values(), *([day] if isinstance(day, str) and not bad_day else [])], log)
    if bad_day:
        _note(log, "censored_at_not_a_date", "censored_at", None, _NO_SUCH_DAY)
    _note_clashes(table, names, by_month=resolution == "month", log=log)
    if resolution not in {"day", "month"}:
        _note_resolution(log)
    log.raise_if_any(EstimationError)
    by_month = resolution == "month"
    dates = pl.DataFrame(
        [_dates(table[name], by_month=by_month, log=log).alias(role) for role, name in names.items()]
    ).with_columns(_extracted(table, day, log), *([] if lost else [pl.lit(None, pl.Date).alias("lost")]))
    log.raise_if_any(EstimationError)
    _note_rows(dates, start=start, end=end, lost=lost, log=log)
    log.raise_if_any(EstimationError)
    return table.with_columns(_counted(dates, by_month=by_month).get_columns())


def _counted(dates: pl.DataFrame, *, by_month: bool) -> pl.DataFrame:
    import polars as pl

    reached = pl.col("end").is_not_null() & (pl.col("lost").is_null() | (pl.col("end") <= pl.col("lost")))
    outcome = pl.when(reached).then(pl.lit("event")).when(pl.col("lost").is_not_null()).then(pl.lit("lost"))
    dates = dates.with_columns(
        outcome.otherwise(pl.lit("censored")).alias("outcome"),
        pl.when(reached).then("end").otherwise("lost").alias("until"),
    )
    columns = [_days(_middle("until"), _middle("start")) if by_month else _days(_known("until"), pl.col("start"))]
    columns += [(pl.col("outcome") == "event").alias("event"), pl.col("outcome")]
    if by_month:
        columns += [
            _days(_known("until"), _last("start")).alias("days_least"),
            _days(_last("until"), pl.col("start")).alias("days_most"),
        ]
    return dates.select(columns)


def _days(until: pl.Expr, start: pl.Expr) -> pl.Expr:
    import polars as pl

    return pl.max_horizontal((until - start).dt.total_days(), pl.lit(0, pl.Int64)).alias("days")


def _known(role: str) -> pl.Expr:
    """The date, or the day of extraction where there is none."""
    import polars as pl

    return pl.col(role).fill_null(pl.col("extracted"))


def _middle(role: str) -> pl.Expr:
    import polars as pl

    middle = pl.col(role).dt.offset_by("15d")
    return pl.min_horizontal(pl.when(pl.col(role).is_null()).then("extracted").otherwise(middle), "extracted")


def _last(role: str) -> pl.Expr:
    import polars as pl

    last = pl.col(role).dt.month_end()
    return pl.min_horizontal(pl.when(pl.col(role).is_null()).then("extracted").otherwise(last), "extracted")


def _dates(column: pl.Series, *, by_month: bool, log: ProblemLog) -> pl.Series:
    """The column as dates; months as their first day."""
    import polars as pl

    if column.dtype == pl.Null:
        return column.cast(pl.Date)
    if by_month and column.dtype == pl.String:
        column = _blank_as_empty(column)
        wrong = ~column.str.contains(_MONTH_FORM).fill_null(True)  # noqa: FBT003
        _note(log, "not_a_month", column.name, wrong, _NOT_MONTH)
        return pl.select((pl.lit(column.set(wrong, None)) + "-01").str.to_date("%Y-%m-%d", strict=False)).to_series()
    if column.dtype == pl.String:
        column = _blank_as_empty(column)
        wrong = ~column.str.contains(_DAY_FORM).fill_null(True) | (_of_text(column).is_null() & column.is_not_null())  # noqa: FBT003
        _note(log, "not_a_date", column.name, wrong, _NOT_DATE)
        column = _of_text(column)
    if not (column.dtype == pl.Date or isinstance(column.dtype, pl.Datetime)):
        _note(log, "not_a_date_column", column.name, None, _NOT_DATES)
        return pl.Series(column.name, [None] * column.len(), dtype=pl.Date)
    # The day by the clock of the column, in its own time zone where it has one.
    dates = column if column.dtype == pl.Date else column.dt.date()
    return dates.dt.month_start() if by_month else dates


def _blank_as_empty(column: pl.Series) -> pl.Series:
    """A text of nothing, as a CSV file may have for an empty cell, is an empty cell."""
    return column.set(column.str.strip_chars() == "", None)


def _of_text(column: pl.Series) -> pl.Series:
    return column.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)


def _day(value: object) -> object:
    """A date out of a date with a time of day, or out of text; anything else as it is."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str) and re.search(_DAY_FORM, value):
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            return value
    return value


def _extracted(frame: pl.DataFrame, censored_at: object, log: ProblemLog) -> pl.Series:
    import polars as pl

    if isinstance(censored_at, str):
        column = _dates(frame[censored_at], by_month=False, log=log).alias("extracted")
        _note(log, "extraction_missing", censored_at, column.is_null(), _NO_EXTRACTION)
        return column
    if not isinstance(censored_at, date):
        _note(log, "censored_at_not_a_date", "censored_at", None, _NOT_DATES)
        censored_at = None
    return pl.Series("extracted", [censored_at] * frame.height, dtype=pl.Date, strict=False)


def _note_rows(dates: pl.DataFrame, *, start: str, end: str, lost: str | None, log: ProblemLog) -> None:
    """Note every date that cannot be right; a month is after the extraction when its first day is."""
    _note(log, "start_missing", start, dates["start"].is_null(), _NO_START)
    _note(log, "start_after_extraction", start, dates["start"] > dates["extracted"], _AFTER)
    for role, name in (("end", end), ("lost", lost)):
        if name is not None:
            _note(log, f"{role}_before_start", name, dates[role] < dates["start"], _BEFORE)
            _note(log, f"{role}_after_extraction", name, dates[role] > dates["extracted"], _AFTER)


def _note_clashes(table: pl.DataFrame, names: dict[str, str], *, by_month: bool, log: ProblemLog) -> None:
    """Columns that the answer would write over, and one column given as two of the dates."""
    for name in (*_ADDED, *(_ADDED_BY_MONTH if by_month else ())):
        if name in table.columns:
            log.add(
                Problem(
                    "column_name_taken",
                    what=Text(
                        "Svaret får en kolumn med samma namn som en i tabellen.",
                        "The answer gets a column of the same name as one of the table.",
                    ),
                    place=Place(file=_PLACE, column=name),
                    accepted=Text("en tabell utan den kolumnen", "a frame without that column"),
                    next_step=Text("Byt namn på kolumnen först, med rename.", "Rename the column first."),
                )
            )
    given = list(names.values())
    for name in dict.fromkeys(one for one in given if given.count(one) > 1):
        roles = ", ".join(role for role, own in names.items() if own == name)
        log.add(
            Problem(
                "column_given_twice",
                what=Text("Samma kolumn är angiven två gånger.", "The same column is given twice."),
                place=Place(file=_PLACE, column=name, key=f"argument {roles}"),
                accepted=Text("en egen kolumn för varje datum", "a column of its own for each date"),
                next_step=Text("Ange kolumnen med det andra datumet.", "Name the column of the other date."),
            )
        )


def _note(log: ProblemLog, code: str, column: str, wrong: pl.Series | None, what: Text) -> None:
    """Note one kind of fault; ``wrong`` tells the rows, ``None`` means the whole column."""
    rows = wrong.fill_null(False).arg_true() + 1 if wrong is not None else None  # noqa: FBT003
    if rows is not None and rows.is_empty():
        return
    place = Place(
        file=_PLACE,
        column=column,
        rows=() if rows is None else tuple(rows.head(_MOST_ROWS).to_list()),
        row_count=None if rows is None else rows.len(),
    )
    log.add(Problem(code, what=what, place=place, accepted=_A_DATE if code in _NEEDED else _DATE, next_step=_STEP))


def _note_columns(frame: pl.DataFrame, names: list[str], log: ProblemLog) -> None:
    for name in names:
        if name not in frame.columns:
            log.add(
                Problem(
                    "unknown_column",
                    what=Text("Tabellen har ingen sådan kolumn.", "The table has no such column."),
                    place=Place(file=_PLACE, column=name),
                    accepted=known_names(name, frame.columns),
                    next_step=Text("Använd en av kolumnerna i tabellen.", "Use one of the table's columns."),
                )
            )


def _note_resolution(log: ProblemLog) -> None:
    log.add(
        Problem(
            "unknown_resolution",
            what=Text("resolution har inget känt ord.", "resolution is not a known word."),
            place=Place(file=_PLACE, key="argument resolution"),
            accepted=Text("day eller month", "day or month"),
            next_step=Text("Välj month när bara månaden är känd.", "Choose month when only the month is known."),
        )
    )


_A_DATE = Text("ett datum, skrivet ÅÅÅÅ-MM-DD", "a date, written YYYY-MM-DD")
_NEEDED = frozenset({"start_missing", "extraction_missing", "censored_at_not_a_date"})
_NO_SUCH_DAY = Text(
    "Texten är inget datum, och inte namnet på någon kolumn.", "The text is no date and not the name of a column."
)
_NO_START = Text("Raden har inget startdatum.", "The row has no date of start.")
_NO_EXTRACTION = Text("Raden saknar dagen då uppgifterna togs ut.", "The row lacks the day of extraction.")
_BEFORE = Text("Datumet ligger före radens start.", "The date lies before the start of its row.")
_AFTER = Text(
    "Datumet ligger efter den dag då uppgifterna togs ut.",
    "The date lies after the day on which the data were extracted.",
)
_NOT_MONTH = Text("Cellen är ingen månad som 2024-03.", "The cell is not a month such as 2024-03.")
_NOT_DATE = Text("Cellen är inget datum som 2024-03-01.", "The cell is not a date such as 2024-03-01.")
_NOT_DATES = Text("Här står inga datum.", "There are no dates here.")
