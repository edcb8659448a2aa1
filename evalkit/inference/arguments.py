"""Checks of what a person typed: every fault is found before the first is told.

The messages name the function and the argument and never repeat the value, which may have come
straight out of a data file.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from numbers import Integral, Real
from typing import TypeGuard

import numpy as np

from evalkit.errors import EstimationError, Place, Problem, ProblemLog, known_names
from evalkit.inference.faults import (
    COUNT,
    DIFFERENCE_NOT_A_NUMBER,
    DIFFERENCE_NOT_FINITE,
    EXPOSURE,
    NULL,
    OUT_OF_RANGE,
    PRIOR,
    CountFaults,
    Fault,
    PositiveFaults,
    is_nan,
    is_several,
)
from evalkit.inference.method import ALTERNATIVES, Alternative, Method, canonical
from evalkit.inference.totals import LARGEST_COUNT, Total
from evalkit.language import Text, same

# Far outside any real exposure; inside, no quotient of four of them leaves the range of a float.
SMALLEST_POSITIVE = 1e-50
LARGEST_POSITIVE = 1e50
_SMALLEST_LEVEL = 0.5
_PRIOR_PARTS = 2


@dataclass(slots=True)
class Arguments:
    """The arguments of one call of the public ``function``, checked one by one.

    A check of a good value gives the value in the type the arithmetic wants. A bad one is noted and
    gives a harmless stand-in; ``done`` raises before anyone can use it.

    Examples
    --------
    >>> from evalkit.inference.arguments import Arguments
    >>> given = Arguments("rate()")
    >>> given.count("count", 12.0)
    12
    >>> given.done()
    """

    function: str
    log: ProblemLog = field(default_factory=ProblemLog)

    def total(self, count: object, exposure: object, *, suffix: str = "") -> Total:
        """A count and what it is divided by; ``suffix`` is that of the arguments' names."""
        return Total(
            events=self.count(f"count{suffix}", count),
            exposure=self.exposure(f"exposure{suffix}", exposure),
        )

    def count(self, name: str, value: object, faults: CountFaults = COUNT) -> int:
        """A whole number of events; ``12.0`` is taken as 12, ``12.5`` and ``True`` are not taken."""
        number = self.number(name, value, faults.not_a_number)
        if number is None:
            return 1
        if number < 0:
            self.fault(faults.negative, name)
        elif number > LARGEST_COUNT:
            self.fault(faults.too_large, name)
        elif number != math.floor(number):
            self.fault(faults.not_whole, name)
        else:
            return int(number)
        return 1

    def number(self, name: str, value: object, not_a_number: Fault) -> float | None:
        """The number as Python has it; ``None``, and noted, when it is none, nan included."""
        from evalkit.inference.given_columns import is_column

        number = single(value)
        if number is None:
            self.fault(is_several(not_a_number) if is_column(value) else not_a_number, name)
        elif math.isnan(number):
            self.fault(is_nan(not_a_number), name)
            return None
        return number

    def exposure(self, name: str, value: object) -> float:
        """A positive, finite number in any unit."""
        return self.positive(name, value, EXPOSURE)

    def null(self, name: str, value: object, faults: PositiveFaults = NULL) -> float:
        """The value that the p-value is against."""
        return self.positive(name, value, faults)

    def difference(self, name: str, value: object) -> float:
        """A finite number of either sign."""
        number = self.number(name, value, DIFFERENCE_NOT_A_NUMBER)
        if number is None:
            return 0.0
        if abs(number) > LARGEST_POSITIVE:
            self.fault(DIFFERENCE_NOT_FINITE if math.isinf(number) else OUT_OF_RANGE, name)
            return 0.0
        return float(number)

    def prior(self, value: object) -> tuple[float, float] | None:
        """Events and exposure that prior knowledge amounts to; ``None`` stays as it is."""
        if value is None:
            return None
        parts = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
        numbers = [math.nan if number is None else number for number in map(single, parts)]
        if len(numbers) == _PRIOR_PARTS:
            events, exposure = numbers
            if SMALLEST_POSITIVE <= events <= LARGEST_COUNT and 0 <= exposure <= LARGEST_POSITIVE:
                return float(events), float(exposure)
        self.fault(PRIOR, "prior")
        return None

    def positive(self, name: str, value: object, faults: PositiveFaults) -> float:
        """A positive, finite number; ``faults`` says in which words it is asked for."""
        number = self.number(name, value, faults.not_a_number)
        if number is None:
            return 1.0
        if not SMALLEST_POSITIVE <= number <= LARGEST_POSITIVE:
            self.fault(OUT_OF_RANGE if 0 < number < math.inf else faults.not_positive, name)
            return 1.0
        return float(number)

    def between(self, name: str, value: object, least: float, most: float, faults: PositiveFaults) -> float:
        """A number strictly between ``least`` and ``most``; ``faults`` says in which words it is asked for."""
        number = self.number(name, value, faults.not_a_number)
        if number is not None and least < number < most:
            return float(number)
        if number is not None:
            self.fault(faults.not_positive, name)
        return (least + most) / 2

    def conf_level(self, value: object) -> float:
        """A level from 0.5 to below 1: below 0.5 an interval may leave out its own estimate."""
        accepted = Text("ett tal från 0.5 till under 1, såsom 0.95", "a number from 0.5 to below 1, such as 0.95")
        step = Text("Skriv 0.95 för 95 procent.", "Write 0.95 for 95 per cent.")
        name = "conf_level"
        what = Text("{name} är inte ett tal.", "{name} is not a number.")
        number = self.number(name, value, Fault("conf_level_not_a_number", what, accepted, step))
        if number is not None and _SMALLEST_LEVEL <= number < 1:
            return float(number)
        if number is not None:
            what = Text("{name} ligger inte mellan 0,5 och 1.", "{name} does not lie between 0.5 and 1.")
            self.fault(Fault("conf_level_outside", what, accepted, step), name)
        return 0.5

    def method(self, value: object, known: Collection[Method]) -> Method:
        """One of the words in ``known``."""
        words = [method.value for method in known]
        if canonical(value) in words:
            return Method(canonical(value))
        what = Text(f"Metoden finns inte för {self.function}.", f"{self.function} has no such method.")
        wanted = value if isinstance(value, str) else ""
        step = Text("Välj en av metoderna ovan.", "Choose one of the methods above.")
        self.note("unknown_method", "method", what=what, accepted=known_names(wanted, words), next_step=step)
        return next(iter(known))

    def alternative(self, value: object) -> Alternative:
        """Which side a test is against."""
        word = canonical(value)
        if word in ALTERNATIVES:
            return ALTERNATIVES[word]
        what = Text("alternative är inte ett känt ord.", "alternative is not a known word.")
        accepted = same("; ".join(" = ".join(k for k, v in ALTERNATIVES.items() if v is side) for side in Alternative))
        step = Text("Välj ett av orden ovan.", "Choose one of the words above.")
        self.note("unknown_alternative", "alternative", what=what, accepted=accepted, next_step=step)
        return Alternative.TWO_SIDED

    def done(self) -> None:
        """Tell everything that was found.

        Raises
        ------
        EstimationError
            With one problem per faulty argument.
        """
        self.log.raise_if_any(EstimationError)

    def fault(self, fault: Fault, name: str, *, rows: tuple[int, ...] = (), row_count: int | None = None) -> None:
        """Note that the argument ``name`` has this fault, in a column on the given rows (from 1)."""
        place = Place(file=f"evalkit.{self.function}", key=f"argument {name}", rows=rows, row_count=row_count)
        what = fault.told_of(name)
        self.log.add(Problem(fault.code, what=what, place=place, accepted=fault.accepted, next_step=fault.step))

    def note(self, code: str, name: str, *, what: Text, accepted: Text, next_step: Text) -> None:
        """Note a fault that lies in how arguments go together."""
        place = Place(file=f"evalkit.{self.function}", key=f"argument {name}")
        self.log.add(Problem(code=code, what=what, place=place, accepted=accepted, next_step=next_step))


def single(value: object) -> float | None:
    """The single number that ``value`` is, an int or a float of Python; ``None`` when it is not one.

    Decimals, fractions and arrays without a dimension are numbers too. ``True`` is an integer to Python, but never
    meant as one event. A number of numpy is made one of Python first: it compares in its own precision.

    Examples
    --------
    >>> import numpy as np
    >>> from decimal import Decimal
    >>> from evalkit.inference.arguments import single
    >>> [single(one) for one in (np.int64(3), np.float32(1.5), np.array(2), Decimal("0.5"), True, "3", np.ma.masked)]
    [3, 1.5, 2, 0.5, None, None, None]
    """
    if isinstance(value, np.ndarray):
        value = None if value.ndim or np.ma.is_masked(value) else value.item()
    if isinstance(value, bool) or not isinstance(value, Integral | Real | Decimal):
        return None
    try:
        number = float(value)
    except OverflowError:
        return -math.inf if value < 0 else math.inf
    except ValueError:
        return math.nan
    return int(value) if isinstance(value, Integral) else number


def is_number(value: object) -> TypeGuard[float]:
    """Whether ``value`` is a single number; see :func:`single`."""
    return single(value) is not None
