"""What can be wrong with a number that a person gave to a function, in words, without the number itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

from evalkit.language import Text


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault. ``{name}`` in the words stands for the argument's name."""

    code: str
    what: Text
    accepted: Text
    step: Text

    def told_of(self, name: str) -> Text:
        """What is wrong with the argument ``name``."""
        return Text(self.what.sv.format(name=name), self.what.en.format(name=name))


@dataclass(frozen=True, slots=True)
class CountFaults:
    """What can be wrong with a number of events."""

    not_a_number: Fault
    negative: Fault
    too_large: Fault
    not_whole: Fault


@dataclass(frozen=True, slots=True)
class PositiveFaults:
    """What can be wrong with a number that must be positive and finite."""

    not_a_number: Fault
    not_positive: Fault


def positive_faults(code: str, accepted: Text, step: Text) -> PositiveFaults:
    """The faults of a number that must be positive and finite, with ``code`` in their codes."""
    outside = Text("{name} är inte ett ändligt tal större än 0.", "{name} is not a finite number above 0.")
    return PositiveFaults(
        not_a_number=Fault(f"{code}_not_a_number", _NO_NUMBER, accepted, step),
        not_positive=Fault(f"{code}_not_positive", outside, accepted, step),
    )


def whole_fault(least: int, most: int) -> Fault:
    """The fault of a number that must be whole and lie in a range.

    Examples
    --------
    >>> from evalkit.inference.faults import whole_fault
    >>> whole_fault(100, 1_000_000).accepted.en, whole_fault(0, 2**63).accepted.en
    ('a whole number from 100 to 1,000,000', 'a whole number from 0')
    """
    top_sv, top_en = f" till {most:,}".replace(",", "\u00a0"), f" to {most:,}"
    is_open = most >= _NO_LIMIT
    return Fault(
        "number_not_whole",
        Text("{name} är inte ett helt tal som godtas.", "{name} is not a whole number that is accepted."),
        Text(
            f"ett helt tal från {least}{'' if is_open else top_sv}",
            f"a whole number from {least}{'' if is_open else top_en}",
        ),
        Text("Ange ett sådant tal, eller utelämna argumentet.", "Give such a number, or leave the argument out."),
    )


def is_nan(fault: Fault) -> Fault:
    """The same fault of a number that is nan, which looks like one."""
    what = Text("{name} är NaN: talet saknas eller gick inte att räkna ut.", "{name} is NaN: no number is known.")
    return replace(fault, what=what)


def is_several(fault: Fault) -> Fault:
    """The same fault of a column where a single number is taken."""
    what = Text("{name} är en kolumn; här tas ett enda tal.", "{name} is a column; a single number is taken here.")
    return replace(fault, what=what)


# A limit that is there for the machine and means nothing to a reader.
_NO_LIMIT = 2**53
_NO_NUMBER = Text("{name} är inte ett tal.", "{name} is not a number.")
_WHOLE = Text("ett helt tal från 0 till 1 000 000 000", "a whole number from 0 to 1,000,000,000")
POSITIVE = Text("ett ändligt tal större än 0", "a finite number greater than 0")
_COUNT_STEP = Text(
    "Ange antalet händelser. En andel eller ett medelvärde är inte ett antal.",
    "Give the number of events. A share or a mean is not a count.",
)
_LARGE_STEP = Text(
    "Kontrollera att det inte är ett belopp eller ett identitetsnummer.",
    "Check that it is not an amount or an identity number.",
)
OUT_OF_RANGE = Fault(
    "number_out_of_range",
    Text("{name} är för stort, eller för nära 0, för att räknas med.", "{name} is too large, or too near 0, to use."),
    Text("ett tal från 1e-50 till 1e50", "a number from 1e-50 to 1e50"),
    Text("Räkna i en annan enhet, till exempel tusental.", "Count in another unit, such as thousands."),
)

COUNT = CountFaults(
    not_a_number=Fault("count_not_a_number", _NO_NUMBER, _WHOLE, _COUNT_STEP),
    negative=Fault("count_negative", Text("{name} är mindre än 0.", "{name} is less than 0."), _WHOLE, _COUNT_STEP),
    too_large=Fault(
        "count_too_large",
        Text("{name} är för stort för att vara ett antal händelser.", "{name} is too large to count events."),
        _WHOLE,
        _LARGE_STEP,
    ),
    not_whole=Fault(
        "count_not_whole",
        Text("{name} är inte ett helt tal.", "{name} is not a whole number."),
        _WHOLE,
        _COUNT_STEP,
    ),
)
_PART_STEP = Text(
    "Ange hur många som hade egenskapen, av dem som prövades.", "Give how many had the property, of those looked at."
)
_LOOKED_AT_STEP = Text(
    "Ange hur många som prövades. Är det tid eller befolkning, använd ek.rate().",
    "Give how many were looked at. If it is time or inhabitants, use ek.rate().",
)


def _with_step(step: Text) -> CountFaults:
    """The faults of a count, with another next step where it is not too large."""
    return CountFaults(
        not_a_number=replace(COUNT.not_a_number, step=step),
        negative=replace(COUNT.negative, step=step),
        too_large=COUNT.too_large,
        not_whole=replace(COUNT.not_whole, step=step),
    )


PART, LOOKED_AT = _with_step(_PART_STEP), _with_step(_LOOKED_AT_STEP)
EXPOSURE = positive_faults(
    "exposure",
    Text(f"{POSITIVE.sv}, till exempel personår eller besök", f"{POSITIVE.en}, such as visits"),
    Text(
        "Ange det som antalet ska delas med. Är det noll eller okänt går ingen nivå att räkna ut.",
        "Give what the count is divided by. If it is zero or unknown there is no rate.",
    ),
)
NULL = positive_faults(
    "null",
    POSITIVE,
    Text(
        "Ange värdet att pröva mot; 1 betyder ingen skillnad mellan två sidor.",
        "Give the value to test against; 1 means no difference between two sides.",
    ),
)
NULL_RATE = positive_faults(
    "null",
    POSITIVE,
    Text(
        "Ange nivån att pröva mot, i skattningens enhet, eller utelämna null.",
        "Give the rate to test against, in the unit of the estimate, or leave null out.",
    ),
)
FACTOR = positive_faults(
    "factor",
    POSITIVE,
    Text(
        "Ange hur många gånger högre; 1 betyder att nivån helt enkelt är högre.",
        "Give how many times higher; 1 means that the rate is simply higher.",
    ),
)
_FINITE = Text("ett ändligt tal, också negativt", "a finite number, which may be negative")
_DIFFERENCE_STEP = Text(
    "Ange skillnaden att pröva mot; 0 betyder ingen skillnad.",
    "Give the difference to test against; 0 means none.",
)
DIFFERENCE_NOT_A_NUMBER = Fault("difference_not_a_number", _NO_NUMBER, _FINITE, _DIFFERENCE_STEP)
DIFFERENCE_NOT_FINITE = Fault(
    "difference_not_finite",
    Text("{name} är inte ett ändligt tal.", "{name} is not a finite number."),
    _FINITE,
    _DIFFERENCE_STEP,
)
PRIOR = Fault(
    "prior_not_two_numbers",
    Text(
        "{name} är inte ett antal händelser större än 0 och en exponering från 0.",
        "{name} is not a number of events above 0 and an exposure from 0.",
    ),
    Text("två tal, till exempel (0.5, 0)", "two numbers, such as (0.5, 0)"),
    Text(
        "Ange hur många händelser förhandskunskapen motsvarar, och på hur stor exponering.",
        "Give how many events the prior knowledge amounts to, and in how much exposure.",
    ),
)
NULL_WITHOUT_TEST = Fault(
    "null_without_test",
    Text(
        "Metoden ger inget p-värde, så {name} har ingen betydelse.",
        "The method has no p-value, so {name} has no meaning.",
    ),
    Text("null utelämnat, eller en annan metod", "null left out, or another method"),
    Text("Ta bort null, eller välj en metod som prövar.", "Drop null, or choose a method that tests."),
)
PRIOR_WITHOUT_BAYES = Fault(
    "prior_without_bayes",
    Text(
        "{name} har ingen betydelse för den valda metoden.",
        "{name} has no meaning for the chosen method.",
    ),
    Text("prior utelämnat, eller metoden bayes", "prior left out, or the method bayes"),
    Text("Ta bort prior, eller välj bayes.", "Drop prior, or choose bayes."),
)
DIFFERENT_LENGTH = Fault(
    "columns_differ_in_length",
    Text(
        "{name} har inte lika många rader som kolumnerna före.",
        "{name} does not have as many rows as the columns before it.",
    ),
    Text(
        "kolumner med lika många rader, eller enstaka tal",
        "columns with the same number of rows, or single numbers",
    ),
    Text("Ta kolumnerna ur samma tabell.", "Take the columns from one table."),
)
NO_ROWS = Fault(
    "no_rows",
    Text("{name} har inga rader.", "{name} has no rows."),
    Text("minst en rad", "at least one row"),
    Text("Kontrollera urvalet.", "Check the selection."),
)
NO_TABLE = Fault(
    "not_a_table",
    Text("{name} är ingen tabell.", "{name} is not a table."),
    Text(
        "en tabell i polars eller pandas, med olika namn på kolumnerna och värden av ett slag i varje",
        "a frame of polars or pandas, its columns named differently and each of one kind of values",
    ),
    Text("Gör en tabell av kolumnerna, till exempel med pl.DataFrame.", "Make a frame of it, by pl.DataFrame, say."),
)
MORE_THAN_ALL = Fault(
    "count_above_whole",
    Text("{name} är större än det som det är en del av.", "{name} is larger than what it is a part of."),
    Text(
        "ett antal som är högst så stort som det som det räknas av",
        "a count no larger than what it is counted among",
    ),
    Text(
        "Kontrollera att båda talen gäller samma sak, till exempel prövade fall och hur många av just dem.",
        "Check that both numbers are of the same thing, such as cases looked at and how many of those.",
    ),
)
_SHARE = Text("ett tal större än 0 och mindre än 1", "a number above 0 and below 1")
NULL_SHARE = PositiveFaults(
    not_a_number=Fault("null_not_a_number", _NO_NUMBER, _SHARE, Text("Skriv 0.5 för hälften.", "Write 0.5 for half.")),
    not_positive=Fault(
        "null_not_a_share",
        Text("{name} är inte större än 0 och mindre än 1.", "{name} is not above 0 and below 1."),
        _SHARE,
        Text("Skriv 0.5 för hälften.", "Write 0.5 for half."),
    ),
)
_APART = Text("ett tal större än -1 och mindre än 1", "a number above -1 and below 1")
_APART_STEP = Text(
    "Skriv 0.1 för tio procentenheter; 0 betyder ingen skillnad.",
    "Write 0.1 for ten percentage points; 0 means no difference.",
)
NULL_DIFFERENCE = PositiveFaults(
    not_a_number=Fault("null_not_a_number", _NO_NUMBER, _APART, _APART_STEP),
    not_positive=Fault(
        "null_not_a_difference",
        Text("{name} är inte större än -1 och mindre än 1.", "{name} is not above -1 and below 1."),
        _APART,
        _APART_STEP,
    ),
)
