"""Checks of what a person typed: every fault is found before the first is told.

The messages name the function and the argument and never repeat the value, which may have come
straight out of a data file.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import TypeGuard

from evalkit.errors import EstimationError, Place, Problem, ProblemLog, known_names
from evalkit.inference.method import Method
from evalkit.inference.totals import LARGEST_COUNT, Total
from evalkit.language import Text

# Far outside any real exposure; inside, no quotient of four of them leaves the range of a float.
_SMALLEST_POSITIVE = 1e-50
_LARGEST_POSITIVE = 1e50
_SMALLEST_LEVEL = 1e-9

_COUNT = Text("ett helt tal från 0 till 1 000 000 000", "a whole number from 0 to 1,000,000,000")
_POSITIVE = Text("ett ändligt tal större än 0", "a finite number greater than 0")


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

    def count(self, name: str, value: object) -> int:
        """A whole number of events; ``12.0`` is taken as 12, ``12.5`` and ``True`` are not taken."""
        if not _is_number(value):
            self._fault("count_not_a_number", name, _not_a_number(name), _COUNT, _COUNT_STEP)
        elif value < 0:
            self._fault("count_negative", name, _negative(name), _COUNT, _COUNT_STEP)
        elif value > LARGEST_COUNT:
            self._fault("count_too_large", name, _too_large(name), _COUNT, _LARGE_STEP)
        elif math.isnan(value) or value != math.floor(value):
            self._fault("count_not_whole", name, _not_whole(name), _COUNT, _COUNT_STEP)
        else:
            return int(value)
        return 1

    def exposure(self, name: str, value: object) -> float:
        """A positive, finite number in any unit."""
        accepted = Text(f"{_POSITIVE.sv}, till exempel personår eller besök", f"{_POSITIVE.en}, such as visits")
        return self._positive("exposure", name, value, accepted, _EXPOSURE_STEP)

    def null(self, name: str, value: object) -> float:
        """The value that the p-value is against."""
        return self._positive("null", name, value, _POSITIVE, _NULL_STEP)

    def conf_level(self, value: object) -> float:
        """A level strictly between 0 and 1."""
        accepted = Text("ett tal mellan 0 och 1, till exempel 0.95", "a number between 0 and 1, such as 0.95")
        name = "conf_level"
        if not _is_number(value):
            self._fault("conf_level_not_a_number", name, _not_a_number(name), accepted, _LEVEL_STEP)
        elif not _SMALLEST_LEVEL <= value < 1:
            what = Text("conf_level ligger inte mellan 0 och 1.", "conf_level does not lie between 0 and 1.")
            self._fault("conf_level_outside", name, what, accepted, _LEVEL_STEP)
        else:
            return float(value)
        return 0.5

    def method(self, value: object, known: Collection[Method]) -> Method:
        """One of the words in ``known``."""
        words = [method.value for method in known]
        if isinstance(value, str) and value in words:
            return Method(value)
        what = Text(f"Metoden finns inte för {self.function}.", f"{self.function} has no such method.")
        wanted = value if isinstance(value, str) else ""
        self._fault("unknown_method", "method", what, known_names(wanted, words), _METHOD_STEP)
        return next(iter(known))

    def done(self) -> None:
        """Tell everything that was found.

        Raises
        ------
        EstimationError
            With one problem per faulty argument.
        """
        self.log.raise_if_any(EstimationError)

    def note(self, code: str, name: str, *, what: Text, accepted: Text, next_step: Text) -> None:
        """Note a fault that lies in how arguments go together."""
        self._fault(code, name, what, accepted, next_step)

    def _positive(self, code: str, name: str, value: object, accepted: Text, step: Text) -> float:
        if not _is_number(value):
            self._fault(f"{code}_not_a_number", name, _not_a_number(name), accepted, step)
        elif not _SMALLEST_POSITIVE <= value <= _LARGEST_POSITIVE:
            what = Text(f"{name} är inte ett ändligt tal större än 0.", f"{name} is not a finite number above 0.")
            self._fault(f"{code}_not_positive", name, what, accepted, step)
        else:
            return float(value)
        return 1.0

    def _fault(self, code: str, name: str, what: Text, accepted: Text, next_step: Text) -> None:
        place = Place(file=f"evalkit.{self.function}", key=f"argument {name}")
        self.log.add(Problem(code=code, what=what, place=place, accepted=accepted, next_step=next_step))


def _is_number(value: object) -> TypeGuard[float]:
    # bool is an integer to Python, but True is never meant as one event.
    return isinstance(value, Integral | Real) and not isinstance(value, bool)


def _not_a_number(name: str) -> Text:
    return Text(f"{name} är inte ett tal.", f"{name} is not a number.")


def _not_whole(name: str) -> Text:
    return Text(f"{name} är inte ett helt tal.", f"{name} is not a whole number.")


def _negative(name: str) -> Text:
    return Text(f"{name} är mindre än 0.", f"{name} is less than 0.")


def _too_large(name: str) -> Text:
    return Text(f"{name} är för stort för att vara ett antal händelser.", f"{name} is too large to count events.")


_COUNT_STEP = Text(
    "Ange antalet händelser. En andel eller ett medelvärde är inte ett antal.",
    "Give the number of events. A share or a mean is not a count.",
)
_LARGE_STEP = Text(
    "Kontrollera att det inte är ett belopp eller ett identitetsnummer.",
    "Check that it is not an amount or an identity number.",
)
_EXPOSURE_STEP = Text(
    "Ange det som antalet ska delas med. Är det noll eller okänt går ingen nivå att räkna ut.",
    "Give what the count is divided by. If it is zero or unknown there is no rate.",
)
_NULL_STEP = Text(
    "Ange värdet att pröva mot; 1 betyder ingen skillnad mellan två sidor.",
    "Give the value to test against; 1 means no difference between two sides.",
)
_LEVEL_STEP = Text("Skriv 0.95 för 95 procent.", "Write 0.95 for 95 per cent.")
_METHOD_STEP = Text("Välj en av metoderna ovan.", "Choose one of the methods above.")
