"""The arguments that the planning functions share: expected counts, checked and put together as a design."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evalkit.inference.column_arguments import ColumnArguments
from evalkit.inference.faults import POSITIVE, Fault, positive_faults
from evalkit.inference.method import Alternative, Method
from evalkit.language import Text, same

if TYPE_CHECKING:
    from evalkit.comparisons.result import Numbers
    from evalkit.inference.intervals import Floats
    from evalkit.inference.precision import Cells


EXPECTED = positive_faults(
    "expected",
    POSITIVE,
    Text("Ange hur många händelser som väntas utan någon effekt.", "Give the number expected without any effect."),
)
RATIO = positive_faults(
    "ratio", POSITIVE, Text("Skriv 1.5 för femtio procent fler.", "Write 1.5 for fifty per cent more.")
)
DISPERSION = positive_faults(
    "dispersion",
    POSITIVE,
    Text("Ange variansen delad med medelvärdet; 1 är slumpen ensam.", "Give variance over mean; 1 is chance alone."),
)
SHAPE = positive_faults(
    "shape",
    POSITIVE,
    Text(
        "Ange antalet enheter gånger formparametern för en enhet (1/alfa).",
        "Give the number of units times the shape of one unit (1/alpha).",
    ),
)
HALF_WIDTH = positive_faults(
    "half_width",
    POSITIVE,
    Text(
        "Skriv 0.2 för att övre gränsen ska vara högst 20 procent över skattningen.",
        "Write 0.2 for an upper limit at most 20 per cent above the estimate.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Expected counts as they were given; what is left out says which design is meant."""

    events: Numbers
    events_ref: Numbers | None = None
    events_before: Numbers | None = None
    events_ref_before: Numbers | None = None
    of: Numbers | None = None
    of_ref: Numbers | None = None
    dispersion: Numbers = 1.0
    shape: Numbers | None = None

    def cells(self, given: ColumnArguments, **names: str) -> Cells:
        """The design, every fault noted in ``given``; ``names`` are those of arguments called something else there."""
        from evalkit.inference.precision import Cells

        changing = given.positives(names.get("events", "events"), self.events, EXPECTED)
        beside = {
            "events_ref": self.events_ref,
            "events_before": self.events_before,
            "events_ref_before": self.events_ref_before,
        }
        others = tuple(
            given.positives(names.get(name, name), value, EXPECTED)
            for name, value in beside.items()
            if value is not None
        )
        dispersion = given.positives("dispersion", self.dispersion, DISPERSION)
        self._note_half_a_design(given)
        of = of_other = None
        if self.of is not None and self.of_ref is not None:
            of = given.positives("of", self.of, EXPECTED)
            of_other = given.positives("of_ref", self.of_ref, EXPECTED)
            if not given.log.problems and (((changing > of) | (others[0] > of_other)) & ~given.missing).any():
                note(given, "more_than_all", "events", _MORE_THAN_ALL, same("events <= of"))
            self._note_unequal_shares(given, changing / of, others[0] / of_other)
        shape = None if self.shape is None else given.positives("shape", self.shape, SHAPE)
        if shape is not None and of is not None:
            note(given, "shape_of_shares", "shape", _SHAPE_OF_SHARES, same("dispersion"))
        return Cells(changing=changing, others=others, dispersion=dispersion, of=of, of_other=of_other, shape=shape)

    def _note_half_a_design(self, given: ColumnArguments) -> None:
        has = {
            name: getattr(self, name) is not None
            for name in ("events_ref", "events_before", "events_ref_before", "of", "of_ref")
        }
        whole = has["events_ref"] and has["events_before"]
        if whole != has["events_ref_before"]:
            note(given, "half_a_design", "events_ref_before", _HALF, _DESIGNS)
        if has["of"] != has["of_ref"] or (has["of"] and (not has["events_ref"] or has["events_before"])):
            note(given, "half_a_design", "of_ref", _HALF, same("events, of, events_ref, of_ref"))

    def _note_unequal_shares(self, given: ColumnArguments, share: Floats, share_ref: Floats) -> None:
        """Without an effect the shares are one: otherwise the test against equal shares would count it as effect."""
        if given.log.problems:
            return
        unequal = ~np.isclose(share, share_ref, rtol=_SAME_SHARE, atol=0) & ~given.missing
        if unequal.any():
            note(given, "unequal_shares", "events_ref", _UNEQUAL, same("events_ref = events * of_ref / of"))


_SAME_SHARE = 1e-6
_UNEQUAL = Text(
    "Andelarna är olika redan utan någon effekt, och då är frågan inte vad som kan skiljas från lika andelar.",
    "The shares differ without any effect, and the question is then not what can be told from equal shares.",
)
_HALF = Text("De väntade antalen hör inte ihop till ett upplägg.", "The expected counts do not make up a design.")
_SHAPE_OF_SHARES = Text("Andelar har ingen formparameter.", "Shares have no shape.")
_MORE_THAN_ALL = Text("Fler händelser än det som de räknas av.", "More events than what they are counted out of.")
_DESIGNS = Text(
    "events; events och events_ref; events och events_before; eller alla fyra",
    "events; events and events_ref; events and events_before; or all four",
)


@dataclass(frozen=True, slots=True)
class Level:
    """The level and the side of a test, checked."""

    alpha: float
    alternative: Alternative
    method: Method

    @property
    def one_sided(self) -> float:
        """What one side may take."""
        return self.alpha / 2 if self.alternative is Alternative.TWO_SIDED else self.alpha


def level_of(
    given: ColumnArguments, *, alpha: object, alternative: object, method: object, known: tuple[Method, ...]
) -> Level:
    """The level, side and method of a test, every fault noted."""
    level = chance(given, "alpha", alpha)
    wanted = given.method(method, known)
    return Level(level, given.alternative(alternative), wanted)


def chance(given: ColumnArguments, name: str, value: object) -> float:
    """A probability strictly between 0 and 1."""
    what = Text("{name} är inte större än 0 och mindre än 1.", "{name} is not above 0 and below 1.")
    accepted = Text("ett tal större än 0 och mindre än 1", "a number above 0 and below 1")
    outside = Fault(f"{name}_outside", what, accepted, _STEPS[name])
    number = given.number(name, value, outside)
    if number is not None and 0 < number < 1:
        return float(number)
    if number is not None:
        given.fault(outside, name)
    return 0.5


_STEPS = {
    "alpha": Text("Skriv 0.05 för 5 procent.", "Write 0.05 for 5 per cent."),
    "power": Text("Skriv 0.8 för 80 procent.", "Write 0.8 for 80 per cent."),
}


def note_exact_limits(given: ColumnArguments, cells: Cells, method: Method) -> None:
    """The exact tests are of one or two Poisson counts, and nothing else."""
    if method not in {Method.EXACT, Method.MIDP}:
        return
    if (
        len(cells.others) > 1
        or cells.of is not None
        or cells.shape is not None
        or (np.asarray(cells.dispersion) != 1).any()
    ):
        what = Text(
            "Den exakta metoden gäller en eller två Poissonfördelade nivåer utan överspridning.",
            "The exact method is for one or two Poisson rates without overdispersion.",
        )
        note(given, "exact_without_poisson", "method", what, same("wald"))


def note(given: ColumnArguments, code: str, name: str, what: Text, accepted: Text) -> None:
    """Note a fault in how arguments go together."""
    step = Text("Rätta argumenten, eller välj ett annat upplägg.", "Correct the arguments, or choose another design.")
    given.note(code, name, what=what, accepted=accepted, next_step=step)
