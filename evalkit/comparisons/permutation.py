"""Permutation tests: how unusual a difference is among all that another assignment would have given."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from evalkit import caveats, refusals
from evalkit.estimates import Estimate, refusal
from evalkit.inference.arguments import Arguments, is_number
from evalkit.inference.faults import NO_ROWS, NO_TABLE, Fault, whole_fault
from evalkit.inference.given_columns import as_frame, as_labels, is_column, nan_as_missing
from evalkit.inference.method import Method
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import EstimateStatus, Scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from evalkit.comparisons.result import Column, Table
    from evalkit.inference.permutation import Assignments, Permuted

    Values: TypeAlias = "Column | Table"
    """A number per unit: a column for one metric, a frame or matrix (units × metrics) for many."""
    Flags: TypeAlias = "Column | NDArray[np.bool_] | Sequence[bool]"
    """True or false per unit."""

_VALUES = Fault(
    "values_not_numbers",
    Text("{name} är inte tal, ett för varje enhet.", "{name} are not numbers, one for each unit."),
    Text("en kolumn eller tabell med ändliga tal; tomt där tal saknas", "a column or table of finite numbers; or null"),
    Text("Ange ett tal för varje enhet, t.ex. dess nivå.", "Give one number for each unit, such as its rate."),
)
_SAME_TABLE = Text("Ta kolumnerna ur samma tabell.", "Take the columns from one table.")
_NOT_FLAGS = Fault(
    "treated_not_true_or_false",
    Text("{name} har annat än sant och falskt.", "{name} holds something else than true and false."),
    Text("sant eller falskt, eller 1 och 0, för varje enhet", "true or false, or 1 and 0, for each unit"),
    Text("Sätt sant för dem som fick insatsen.", "True for those that had the measure."),
)
_OTHER_ROWS = Fault(
    "labels_do_not_fit",
    Text("{name} har inte ett värde för varje rad i values.", "{name} does not have one value for each row of values."),
    Text("en kolumn lika lång som values, utan tomma celler", "a column as long as values, without empty cells"),
    _SAME_TABLE,
)
_BLOCKS_OF_PAIRS = Fault(
    "blocks_without_treated",
    Text("{name} har ingen betydelse utan treated.", "{name} has no meaning without treated."),
    Text("treated, eller inga blocks", "treated, or no blocks"),
    Text("Utan treated är varje rad redan ett par.", "Without treated each row is a pair already."),
)
_SHIFTS = Fault(
    "shifts_do_not_fit",
    Text("{name} passar inte till treated och blocks.", "{name} does not fit treated and blocks."),
    Text(
        "treated för varje period, och lika många perioder i varje block",
        "treated for each period, and as many periods in each block",
    ),
    Text("Fyll ut serierna så att alla har samma perioder.", "Complete the series so that all have the same periods."),
)
# At most so many assignments are gone through one by one; beyond, they are drawn.
MOST_EXACT = 50_000
_TWO = 2
_MOST_DRAWS = 100_000
# Far outside any real number of a unit; inside, squares and sums of them stay finite.
_LARGEST = 1e100


def permutation_test(
    values: Values,
    treated: Flags | None = None,
    *,
    blocks: Column | Sequence[object] | None = None,
    shifts: bool = False,
    draws: int = 9999,
    seed: int = 1,
    conf_level: float = 0.95,
) -> Estimate | tuple[Estimate, ...]:
    """The difference in means, tested against the other ways in which units could have been treated.

    All ways are gone through when there are at most 50,000; the p-value is then exact, and the order of rows does not
    matter. Otherwise ``draws`` of them are drawn with p = (1 + b)/(1 + draws). Either way the chance that p ≤ α is at
    most α when assignment does not matter. Differences within a relative 1e-9 count as equal, and ties as extreme.

    Parameters
    ----------
    values
        One number per unit: a column (of polars, pandas or numpy, or a list), or a frame or matrix (units × metrics)
        tested in one call on the same assignments. Units are areas, or with ``shifts`` the periods of one
        area (one treated among K + 1 gives p of at least 1/(K + 1)).
    treated
        True or false per unit. Left out, ``values`` are differences within pairs, whose signs are flipped.
    blocks
        Units change places only within a block; with ``shifts``, a block is one area with all its periods. Left out,
        all are one block.
    shifts
        Rows are periods in order, and the times when the measure was in force are moved together, round the end
        (all blocks by as much): every one of the T shifts is gone through. How periods follow upon each other is kept,
        which changing their places one by one would break. The series is taken to be of one kind throughout but for
        the measure: a trend or a season is not.
    draws
        When there are too many ways to go through.
    seed
        Of ``numpy.random.default_rng``; told among the assumptions when used.
    conf_level
        Of the interval: the effects, the same for all units, that the test does not reject. Infinite when there are
        too few assignments to reject anything.

    Returns
    -------
    Estimate or tuple of Estimate
        On the scale ``mean_difference``; one per metric, under its column's name, when many were given. Refused
        when a value is missing or nothing could have been otherwise. The assumptions tell the smallest p attainable.

    Raises
    ------
    EstimationError
        When arguments do not fit together; all that is wrong is told at once.

    Notes
    -----
    Phipson and Smyth 2010 (p of draws); Ernst 2004, Statistical Science 19:676 (interval by inversion); Lancaster and
    others 2018, Physics Reports 748:1 (shifts in time).

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> found = ek.permutation_test(pl.Series([9.0, 1.0, 2.0, 4.0]), pl.Series([True, False, False, False]))
    >>> found.p_value, found.assumptions[0].code, found.conf_high
    (0.25, 'all_assignments', inf)
    """
    asked = ask("permutation_test()", values, treated, blocks, draws, seed, conf_level, shifts=shifts)
    found = asked.estimates(asked.tested())
    return found[0] if asked.single else found


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """The arguments of a permutation test, checked; ``there`` tells which metrics have all their values."""

    numbers: NDArray[np.float64]
    names: tuple[str | None, ...]
    single: bool
    treated: NDArray[np.bool_] | None
    block: NDArray[np.int64]
    shifts: bool
    draws: int
    seed: int
    level: float

    @property
    def there(self) -> NDArray[np.bool_]:
        """Shape ``(metrics,)``."""
        return np.asarray(~np.isnan(self.numbers).any(axis=0))

    def tested(self) -> Permuted | None:
        """The test of the metrics that have all their values; ``None`` when there is no other assignment."""
        from evalkit.inference import permutation

        known, generator = self.numbers[:, self.there], np.random.default_rng(self.seed)
        how = partial(permutation.two_groups, draws=self.draws, most_exact=MOST_EXACT, generator=generator)
        if self.treated is None:
            flips = partial(permutation.sign_flips, draws=self.draws, most_exact=MOST_EXACT, generator=generator)
            return flips(known, conf_level=self.level) if len(known) else None
        plan = self._assignments(self.treated)
        return None if plan is None or plan.number <= 1 else how(known, plan, conf_level=self.level)

    def _assignments(self, treated: NDArray[np.bool_]) -> Assignments | None:
        from evalkit.inference.permutation import Blocks
        from evalkit.inference.time_shifts import Shifts

        if not treated.any() or treated.all():
            return None
        return (Shifts if self.shifts else Blocks)(treated=treated, block=self.block)

    def estimates(self, test: Permuted | None) -> tuple[Estimate, ...]:
        """One for each metric, refused where nothing could be tested."""
        if test is None:
            return tuple(_refused(refusals.no_other_assignment(), self.level, name) for name in self.names)
        told = _told(test, self.seed, shifts=self.shifts)
        made = iter(
            [_estimate(test, number, told, self.level, len(self.numbers)) for number in range(self.there.sum())]
        )
        return tuple(
            replace(next(made), metric=name) if known else _refused(refusals.value_missing(), self.level, name)
            for known, name in zip(self.there, self.names, strict=True)
        )


def ask(  # noqa: PLR0917 - passed on as they came, by two functions
    function: str,
    values: object,
    treated: object,
    blocks: object,
    draws: object,
    seed: object,
    conf_level: object,
    *,
    shifts: bool,
) -> Asked:
    """Check the arguments of ``function``.

    Raises
    ------
    EstimationError
        With everything that is wrong.
    """
    given = Arguments(function)
    numbers, names, single = matrix(given, values)
    rows = None if given.log.problems and len(numbers) else len(numbers)
    chosen = None if treated is None else _flags(given, treated, rows)
    block = _blocks(given, blocks, rows)
    if treated is None and blocks is not None:
        given.fault(_BLOCKS_OF_PAIRS, "blocks")
    if shifts and not given.log.problems and (chosen is None or np.unique(np.bincount(block)).size > 1):
        given.fault(_SHIFTS, "shifts")
    times = whole(given, "draws", draws, 1, _MOST_DRAWS)
    start = whole(given, "seed", seed, 0, 2**63)
    level = given.conf_level(conf_level)
    given.done()
    return Asked(numbers, names, single, chosen, block, shifts, times, start, level)


def _told(test: Permuted, seed: int, *, shifts: bool) -> tuple[Statement, ...]:
    if test.exact:
        told = caveats.all_assignments(test.assignments, test.attainable)
    else:
        told = caveats.drawn_assignments(test.assignments, test.attainable, seed)
    return (told, caveats.moved_in_time()) if shifts else (told,)


def _estimate(test: Permuted, number: int, told: tuple[Statement, ...], level: float, units: int) -> Estimate:
    return Estimate(
        scale=Scale.MEAN_DIFFERENCE,
        status=EstimateStatus.ESTIMATED,
        estimate=float(test.difference[number]),
        conf_low=float(test.low[number]),
        conf_high=float(test.high[number]),
        conf_level=level,
        p_value=float(test.p_value[number]),
        null=0.0,
        n_units=units,
        method=Method.PERMUTATION.value,
        assumptions=told,
    )


def _refused(reason: Statement, level: float, name: str | None) -> Estimate:
    return replace(refusal(Scale.MEAN_DIFFERENCE, reason, conf_level=level), metric=name)


def matrix(given: Arguments, values: object) -> tuple[NDArray[np.float64], tuple[str | None, ...], bool]:
    """The values as (units × metrics) with nan where one is missing, the metrics' names, and whether it was one."""
    single, named = is_column(values), True
    if isinstance(values, np.ndarray) and values.ndim == _TWO:
        columns, named = [nan_as_missing("", column) for column in values.T], False
    elif single:
        columns = [nan_as_missing("", values)]
    else:
        frame = as_frame(values)
        if frame is None:
            # Whether it was meant as a column or a table cannot be known.
            given.fault(NO_TABLE if hasattr(values, "columns") else _VALUES, "values")
        columns = [] if frame is None else frame.get_columns()
        if frame is None:
            return np.zeros((1, 1)), (None,), True
    if not columns or not all(map(_numeric, columns)):
        given.fault(_VALUES, "values")
        return np.zeros((1, 1)), (None,), True
    numbers = np.column_stack([_floats(column) for column in columns])
    own = getattr(values, "name", None)
    names = tuple((own if single and isinstance(own, str) else one.name) or None if named else None for one in columns)
    if not len(numbers):
        given.fault(NO_ROWS, "values")
    elif (np.abs(numbers[~np.isnan(numbers)]) > _LARGEST).any():
        given.fault(_VALUES, "values")
        return np.zeros(numbers.shape), names, single
    return numbers, names, single


def _numeric(column: pl.Series) -> bool:
    """Whether it is of numbers; words in a list of numbers are nan here and not missing."""
    import polars as pl

    return column.dtype == pl.Null or (
        column.dtype.is_numeric() and not (column.dtype.is_float() and column.is_nan().any())
    )


def _floats(column: pl.Series) -> NDArray[np.float64]:
    import polars as pl

    return column.cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _flags(given: Arguments, treated: object, units: int | None) -> NDArray[np.bool_]:
    column = as_labels("treated", treated) if is_column(treated) else None
    if units == 0:
        return np.zeros(0, dtype=bool)
    if column is None or (units is not None and column.len() != units) or column.null_count():
        given.fault(_OTHER_ROWS, "treated")
    elif column.dtype.is_numeric() and ((column == 0) | (column == 1)).all():
        return (column == 1).to_numpy()
    elif str(column.dtype) != "Boolean":
        given.fault(_NOT_FLAGS, "treated")
    else:
        return column.to_numpy()
    return np.zeros(units or 1, dtype=bool)


def _blocks(given: Arguments, blocks: object, units: int | None) -> NDArray[np.int64]:
    if blocks is None:
        return np.zeros(units or 1, dtype=np.int64)
    return numbered(given, _OTHER_ROWS, "blocks", blocks, units)


def numbered(given: Arguments, fault: Fault, name: str, labels: object, rows: int | None) -> NDArray[np.int64]:
    """The place of each row's label among the different ones, from 0; none may be missing.

    ``rows`` is ``None`` when it is not known how many there should be.
    """
    column = as_labels(name, labels) if is_column(labels) else None
    if column is None or (rows is not None and column.len() != rows) or nan_as_missing(name, column).null_count():
        given.fault(fault, name)
        return np.zeros(rows or 1, dtype=np.int64)
    return np.unique(column.to_numpy().astype(str), return_inverse=True)[1].astype(np.int64)


def whole(given: Arguments, name: str, value: object, least: int, most: int) -> int:
    """A whole number from ``least`` to ``most``."""
    if is_number(value) and least <= value <= most and value == int(value):
        return int(value)
    given.fault(whole_fault(least, most), name)
    return least
