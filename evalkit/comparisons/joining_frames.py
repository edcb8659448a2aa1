"""From a frame with a row per unit and period to a balanced panel of units that join."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evalkit.comparisons.period_order import ranks
from evalkit.errors import known_names
from evalkit.inference.column_arguments import ColumnArguments
from evalkit.inference.faults import EXPOSURE, Fault
from evalkit.language import Text

if TYPE_CHECKING:
    import polars as pl

    from evalkit.inference.group_time import JoiningPanel

_NO_FRAME = Fault(
    "not_a_frame",
    Text("{name} är inte en tabell.", "{name} is not a frame."),
    Text("en polars-tabell med en rad per enhet och period", "a polars frame with a row per unit and period"),
    Text("Läs in tabellen med polars först.", "Read the table with polars first."),
)
_NOT_BALANCED = Fault(
    "panel_not_balanced",
    Text(
        "{name} har inte exakt en rad för varje enhet och period.",
        "{name} does not have exactly one row for every unit and period.",
    ),
    Text("en rad per enhet och period, inga luckor", "one row per unit and period, without gaps"),
    Text(
        "Lägg samman dubbletter, och ta bort enheter eller perioder som inte är hela.",
        "Add up duplicates, and leave out units or periods that are not whole.",
    ),
)
_LABEL_MISSING = Fault(
    "label_missing",
    Text("{name} saknar värde på minst en rad.", "{name} has no value in at least one row."),
    Text("ett värde på varje rad", "a value in every row"),
    Text("Fyll i vad raden hör till, eller ta bort den.", "Say what the row belongs to, or leave it out."),
)
_CHANGES = Fault(
    "not_constant_in_unit",
    Text("{name} har olika värden för samma enhet.", "{name} has different values for one unit."),
    Text("samma värde på alla rader för en enhet", "the same value in all rows of a unit"),
    Text("Rätta kolumnen; en enhet ansluter en gång.", "Correct the column; a unit joins once."),
)
_OTHER_KIND = Fault(
    "joined_not_a_period",
    Text("{name} är inte av samma slag som perioderna.", "{name} is not of the same kind as the periods."),
    Text(
        "värden som kan jämföras med perioderna; tomt för den som aldrig anslöt",
        "values that can be compared with the periods; null for one that never joined",
    ),
    Text("Skriv båda som tal, datum eller text på samma sätt.", "Write both as numbers, dates or text alike."),
)


@dataclass(frozen=True, slots=True, eq=False)
class JoiningFrame:
    """What was read.

    Attributes
    ----------
    panel
        Units in the order of their labels, periods ascending.
    periods
        The labels of the periods.
    cluster
        Shape ``(units,)``, or ``None`` when each unit is its own.
    missing
        Whether a number is missing somewhere.
    """

    panel: JoiningPanel
    periods: pl.Series
    cluster: NDArray[np.int64] | None
    missing: bool

    def later_than(self, period: int) -> JoiningFrame:
        """Without the units that had joined by a place among the periods; their dates go to nobody else."""
        panel, used = self.panel, self.panel.joined > period
        kept = replace(
            panel,
            top=panel.top[used],
            bottom=panel.bottom[used],
            joined=panel.joined[used],
            weights=panel.weights[used],
        )
        return replace(self, panel=kept, cluster=None if self.cluster is None else self.cluster[used])


@dataclass(frozen=True, slots=True)
class Names:
    """The names of columns, as the arguments of the call."""

    unit: str
    period: str
    count: str
    exposure: str
    joined: str
    weights: str | None
    cluster: str | None

    def given(self) -> dict[str, str]:
        """The argument of each column asked for."""
        named = {name: getattr(self, name) for name in self.__slots__}
        return {name: column for name, column in named.items() if column is not None}


def read(given: ColumnArguments, frame: object, names: Names, *, ratio: bool) -> JoiningFrame:
    """Read a frame, or tell all that is wrong with it.

    Raises
    ------
    EstimationError
        When columns are missing, or rows do not make a balanced panel, or values have no meaning.
    """
    from evalkit.inference.group_time import JoiningPanel

    table, labels = _columns(given, frame, names)
    counts = given.counts("count", table["count"])
    exposures = given.positives("exposure", table["exposure"], EXPOSURE)
    weights = given.positives("weights", table["weights"], EXPOSURE) if names.weights else np.ones(table.height)
    _labels(given, table, names)
    given.done()
    missing = bool(given.missing.any())
    when = table["period"].unique().sort()
    shape = (table["unit"].n_unique(), when.len())
    joined = _places(table["joined"].gather_every(shape[1]), when)
    periods = when if labels is None else labels.gather(when)
    cluster = None
    if names.cluster:
        cluster = table["cluster"].gather_every(shape[1]).rank("dense").to_numpy().astype(np.int64)
    panel = JoiningPanel(
        counts.astype(float).reshape(shape),
        exposures.reshape(shape),
        joined,
        np.broadcast_to(weights, table.height).reshape(shape)[:, 0].astype(float),
        ratio=ratio,
    )
    return JoiningFrame(panel, periods, cluster, missing)


def _columns(given: ColumnArguments, frame: object, names: Names) -> tuple[pl.DataFrame, pl.Series | None]:
    """The columns under the names of their arguments, by unit and period; and what text periods stand in place for."""
    import polars as pl

    if not isinstance(frame, pl.DataFrame):
        given.fault(_NO_FRAME, "frame")
        given.done()
        return pl.DataFrame(), None
    for argument, column in names.given().items():
        if column not in frame.columns:
            given.note(
                "unknown_column",
                argument,
                what=Text("Tabellen har ingen sådan kolumn.", "The frame has no such column."),
                accepted=known_names(column if isinstance(column, str) else "", frame.columns),
                next_step=Text("Ange en av kolumnerna ovan.", "Give one of the columns above."),
            )
    given.done()
    table = frame.select(**{argument: pl.col(column) for argument, column in names.given().items()})
    for argument in ("unit", "period", *(("cluster",) if names.cluster else ())):
        if table[argument].null_count():
            given.fault(_LABEL_MISSING, argument)
    kinds = table["joined"].dtype, table["period"].dtype
    if not (kinds[0] == kinds[1] or all(kind.is_numeric() for kind in kinds) or kinds[0] == pl.Null):
        given.fault(_OTHER_KIND, "joined")
    given.done()
    labels = None
    if kinds[1] in (pl.String, pl.Categorical):
        found, (when, joined) = ranks(given, "period", table["period"], table["joined"].cast(pl.String))
        labels, table = pl.Series("period", found, dtype=pl.String), table.with_columns(when, joined)
    given.done()
    return table.sort("unit", "period"), labels


def _labels(given: ColumnArguments, table: pl.DataFrame, names: Names) -> None:
    units, periods = table["unit"].n_unique(), table["period"].n_unique()
    if table.height != units * periods or table.select("unit", "period").is_duplicated().any() or not table.height:
        given.fault(_NOT_BALANCED, "frame")
    constant = [name for name in ("joined", "weights", "cluster") if name in names.given()]
    for name in constant:
        if table.select("unit", name).unique().height != units:
            given.fault(_CHANGES, name)


def _places(joined: pl.Series, periods: pl.Series) -> NDArray[np.int64]:
    """The place of the first period not before joining; the number of periods for one that never joined."""
    found = [periods.len() if value is None else int((periods < value).sum()) for value in joined.to_list()]
    return np.array(found, dtype=np.int64)
