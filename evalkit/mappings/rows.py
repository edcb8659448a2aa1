"""The rows of one target table on their way: joined, left out with a reason, checked against the code list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from evalkit.errors import Place, Problem, ProblemLog
from evalkit.language import Text
from evalkit.mappings import refusals
from evalkit.mappings.found import FILE, LINE, Found, ReadFile
from evalkit.mappings.model import Condition, Expectation, Filter, Join, Ref, TargetTable, Unmatched

_MARK = "_joined"
BETWEEN = "|"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many rows were left out for one reason."""

    reason: Text
    rows: int


@dataclass(slots=True)
class Rows:
    """The rows so far: text columns named ``table.column``, and where each row came from."""

    frame: pl.DataFrame
    files: Sequence[ReadFile]
    log: ProblemLog
    left_out: list[LeftOut] = field(default_factory=list)

    def leave_out(self, where: pl.Series, reason: Text) -> None:
        """Drop rows and count them; a reason without rows is kept, since none is also an answer."""
        self.left_out.append(LeftOut(reason, int(where.sum())))
        self.frame = self.frame.filter(~where)

    def cells(self, refs: Sequence[Ref]) -> pl.Series:
        """The cells of a column; several columns are one text with ``|`` between."""
        names = [str(ref) for ref in refs]
        if len(names) == 1:
            return self.frame[names[0]]
        filled = [pl.col(name).fill_null("") for name in names]
        return self.frame.select(pl.concat_str(filled, separator=BETWEEN)).to_series()

    def fault(self, where: pl.Series, column: str | None, make: object, *args: object) -> None:
        """Tell of the rows that are at fault, file by file."""
        if not callable(make):
            raise TypeError("a problem is made by a function")
        for place in self.places(where, column):
            found = make(place, *args)
            if isinstance(found, Problem):
                self.log.add(found)

    def places(self, where: pl.Series, column: str | None) -> Iterator[Place]:
        """Where the rows are, one place per file."""
        hit = self.frame.filter(where).select(FILE, LINE).sort(FILE, LINE)
        for (place,), rows in hit.group_by(FILE, maintain_order=True):
            file = self.files[int(str(place))]
            yield Place(file.name, sheet=file.sheet, column=column, rows=tuple(rows[LINE]))


def gather(table: TargetTable, found: Found, settings: Mapping[str, tuple[str, ...]], log: ProblemLog) -> Rows:
    """The rows of the base table with everything that is looked up, without those that are left out."""
    base = found.frames[table.base].frame
    named = {name: f"{table.base}.{name}" for name in base.columns if name not in (LINE, FILE)}
    rows = Rows(base.rename(named), tuple(found.files), log)
    for join in table.joins:
        _join(join, rows, found)
    for item in table.filters:
        rows.leave_out(_hits(item, rows, settings), item.reason)
    for expected in table.expectations:
        _expect(expected, rows)
    return rows


def _join(join: Join, rows: Rows, found: Found) -> None:
    if join.table not in found.frames:
        return _join_nothing(join, found)
    other = found.frames[join.table].frame
    for name, value in join.where:
        other = other.filter((pl.col(name) == value).fill_null(value=False))
    keys = [name for _, name in join.on]
    known = other.filter(~pl.any_horizontal(pl.col(keys).is_null()))
    doubled = known.filter(pl.struct(keys).is_duplicated())
    if doubled.height:
        log_place = Rows(doubled, rows.files, rows.log)
        log_place.fault(pl.repeat(value=True, n=doubled.height, eager=True), None, refusals.key_not_unique, join)
        known = known.unique(keys, keep="first", maintain_order=True)
    renamed = known.drop(LINE, FILE).rename({name: f"{join.table}.{name}" for name in known.columns if name[0] != "_"})
    rows.frame = _looked_up(join, rows.frame, renamed)
    _unmatched(join, rows)
    return None


def _looked_up(join: Join, left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    keys = [f"{join.table}.{name}" for _, name in join.on]
    return left.join(
        right.with_columns(pl.lit(value=True).alias(_MARK)),
        left_on=[str(ref) for ref, _ in join.on],
        right_on=keys,
        how="left",
        coalesce=False,
        maintain_order="left",
    )


def _unmatched(join: Join, rows: Rows) -> None:
    alone = rows.frame[_MARK].is_null()
    rows.frame = rows.frame.drop(_MARK)
    if join.unmatched is Unmatched.LEAVE_OUT and join.reason is not None:
        rows.leave_out(alone, join.reason)
    elif join.unmatched is Unmatched.ERROR and alone.any():
        rows.fault(alone, str(join.on[0][0]), refusals.no_partner, join)


def _join_nothing(join: Join, found: Found) -> None:
    """An optional table that is not there leaves its columns empty, and that is told."""
    told = Text(
        f"Tabellen {join.table} finns inte bland filerna, så det som hämtas där är inte kontrollerat.",
        f"The table {join.table} is not among the files, so that what is looked up there is not checked.",
    )
    if told not in found.assumptions:
        found.assumptions.append(told)


def _hits(item: Filter, rows: Rows, settings: Mapping[str, tuple[str, ...]]) -> pl.Series:
    missing = [ref for ref in item.columns if str(ref) not in rows.frame.columns]
    if missing:
        return pl.repeat(value=False, n=rows.frame.height, eager=True, dtype=pl.Boolean)
    cells = rows.cells(item.columns)
    if item.test is Condition.FILLED:
        return cells.is_not_null()
    if item.test is Condition.EMPTY:
        return cells.is_null()
    values = list(settings.get(item.setting, ())) if item.setting is not None else list(item.values)
    inside = cells.is_in(values).fill_null(value=False)
    if item.test is Condition.IN:
        return inside
    asked = item.setting is None or bool(values)  # an optional setting that is not given narrows nothing
    return ~inside if asked else pl.repeat(value=False, n=len(cells), eager=True, dtype=pl.Boolean)


def _expect(expected: Expectation, rows: Rows) -> None:
    if str(expected.text) not in rows.frame.columns:
        return
    codes, texts = rows.frame[str(expected.code)], rows.frame[str(expected.text)]
    plain = texts.str.replace_all(r"\s+", " ").str.to_lowercase()
    for code, text in expected.texts.items():
        other = (codes == code) & (plain != text.lower()) & texts.is_not_null()
        rows.fault(other.fill_null(value=False), str(expected.code), refusals.code_means_other, code, text)
