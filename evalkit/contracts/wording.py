"""The words of every breach of a contract. Nothing here has access to a cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evalkit.contracts.accepted import accepted_of
from evalkit.contracts.codes import Codes
from evalkit.contracts.model import Contract, Field
from evalkit.contracts.rules import known_codes
from evalkit.contracts.tablecheck import LINE, RAW, ROW, CheckedTable, Finding
from evalkit.errors import Place, Problem
from evalkit.language import Text, same


def problems_of(table: CheckedTable, codes: Codes) -> list[Problem]:
    """The findings of a table in words, one problem per file, column and rule."""
    return [problem for finding in table.findings for problem in _by_file(finding, table, codes)]


def _by_file(finding: Finding, table: CheckedTable, codes: Codes) -> list[Problem]:
    origin = table.frame[list(finding.rows)].select(ROW, RAW, LINE).sort(RAW, LINE)
    problems = []
    for (raw_place,), rows in origin.group_by(RAW, maintain_order=True):
        raw = table.raws[int(str(raw_place))]
        place = Place(file=raw.file, sheet=raw.sheet, column=finding.column, rows=tuple(rows[LINE]))
        problems.append(breach(table.contract, codes, finding.code, place))
    return problems


def breach(contract: Contract, codes: Codes, code: str, place: Place) -> Problem:
    """One broken rule in words, where the column of ``place`` is the one that breaks it."""
    words = _words_of(code, _Subject(contract, contract.field(place.column or ""), codes))
    return Problem(code, words.what, place, words.accepted, words.next_step, contract.severity(code))


@dataclass(frozen=True, slots=True)
class _Subject:
    contract: Contract
    field: Field
    codes: Codes


@dataclass(frozen=True, slots=True)
class _Words:
    what: Text
    accepted: Text
    next_step: Text


def _words_of(code: str, subject: _Subject) -> _Words:
    """What the contract says of the breach, or what is written here."""
    rule = subject.contract.rule(code)
    if rule and rule.breach and rule.next_step:
        return _Words(rule.breach, rule.description, rule.next_step)
    if rule and code not in _WORDS:
        return _Words(_BROKEN, rule.description, Text("Rätta raden.", "Correct the row."))
    return _WORDS[code](subject)


_BROKEN = Text("Raden bryter mot en av kontraktets regler.", "The row breaks one of the contract's rules.")


def _about_field(what: Text, next_step: Text) -> Callable[[_Subject], _Words]:
    """Words whose *accepted* is what the field accepts."""
    return lambda subject: _Words(what, accepted_of(subject.field), next_step)


def _fixed(what: Text, accepted: Text, next_step: Text) -> Callable[[_Subject], _Words]:
    return lambda _: _Words(what, accepted, next_step)


def _duplicate_key(subject: _Subject) -> _Words:
    key = subject.contract.key
    joined = " + ".join(key)
    return _Words(
        Text("Flera rader har samma nyckel.", "Several rows have the same key."),
        Text(f"en rad per {joined}", f"one row per {joined}"),
        Text(
            "Ta bort dubbletterna, eller rätta det som ska skilja dem åt.",
            "Remove the doubles, or mend what sets them apart.",
        ),
    )


def _unknown_code(subject: _Subject) -> _Words:
    listed = known_codes(subject.field.code_list, subject.codes) if subject.field.code_list else ()
    return _Words(
        Text("Koden finns inte i kodboken.", "The code is not in the code book."),
        same(", ".join(listed)),
        Text(
            "Använd en av koderna. Saknas en kod, säg till den som sköter kodboken.",
            "Use one of the codes. If one is missing, tell those who keep the code book.",
        ),
    )


def _below_minimum(subject: _Subject) -> _Words:
    if subject.field.minimum:
        what = Text("Talet är mindre än vad kolumnen godtar.", "The number is smaller than the column accepts.")
        return _Words(what, accepted_of(subject.field), Text("Rätta talet.", "Correct the number."))
    return _Words(
        Text("Talet är negativt.", "The number is negative."),
        accepted_of(subject.field),
        Text(
            "Rätta det ursprungliga antalet; en rättelse skrivs inte som ett minustal.",
            "Correct the original count; a correction is not written as a negative number.",
        ),
    )


_WHOLE = Text(
    "heltal utan decimaler, till exempel 12 eller 1 234", "whole numbers without decimals, such as 12 or 1 234"
)
_STATUS_COLUMN = Text(
    "Lämna cellen tom och ange i kolumnen status varför talet saknas.",
    "Leave the cell empty and say in the column status why there is no number.",
)
_FORM = Text("Skriv cellen i en godtagen form.", "Write the cell in an accepted form.")

_WORDS: dict[str, Callable[[_Subject], _Words]] = {
    "empty_cell": _about_field(
        Text("Cellen är tom men måste vara ifylld.", "The cell is empty but must be filled in."),
        Text("Fyll i cellen eller ta bort raden.", "Fill in the cell or remove the row."),
    ),
    "not_in_list": _about_field(
        Text("Koden finns inte i kolumnens kodlista.", "The code is not in the column's list of codes."),
        Text("Byt till en av koderna.", "Change to one of the codes."),
    ),
    "wrong_form": _about_field(
        Text("Texten har en annan form än kolumnen godtar.", "The text has another form than the column accepts."),
        _FORM,
    ),
    "below_minimum": _below_minimum,
    "above_maximum": _about_field(
        Text("Talet är större än vad kolumnen godtar.", "The number is larger than the column accepts."),
        Text(
            "Rätta talet. Använd aldrig ärende-, diarie- eller registernummer som löpnummer.",
            "Correct the number. Never use case, diary or register numbers as serial numbers.",
        ),
    ),
    "not_a_number": _about_field(
        Text("Cellen innehåller text där ett tal ska stå.", "The cell holds text where a number is due."),
        Text(
            "Skriv ett tal, eller lämna cellen tom och ange orsaken i kolumnen status.",
            "Write a number, or leave the cell empty and give the reason in the column status.",
        ),
    ),
    "status_mark": _about_field(
        Text(
            "Cellen innehåller ett tecken för saknad eller dold uppgift där ett tal ska stå.",
            "The cell holds a sign for missing or hidden data where a number is due.",
        ),
        _STATUS_COLUMN,
    ),
    "ambiguous_number": _fixed(
        Text(
            "Talet kan läsas på två sätt: punkt eller komma följt av tre siffror.",
            "The number can be read in two ways: a point or a comma followed by three digits.",
        ),
        Text(
            "1234 eller 1 234 för ett tusental; 1,2340 för ett decimaltal",
            "1234 or 1 234 for thousands; 1.2340 for a decimal",
        ),
        Text("Skriv tusental utan punkt och komma.", "Write thousands without points and commas."),
    ),
    "not_whole": _fixed(
        Text("Talet har decimaler där ett heltal ska stå.", "The number has decimals where a whole number is due."),
        _WHOLE,
        Text("Rätta antalet.", "Correct the count."),
    ),
    "number_too_large": _fixed(
        Text("Talet är för stort.", "The number is too large."),
        Text("tal upp till 9 223 372 036 854 775 807", "numbers up to 9 223 372 036 854 775 807"),
        Text("Kontrollera att rätt uppgift står i kolumnen.", "Check that the right data are in the column."),
    ),
    "not_a_date": _about_field(Text("Datumet går inte att tyda.", "The date cannot be read."), _FORM),
    "not_a_date_or_period": _about_field(
        Text("Datumet eller perioden går inte att tyda.", "The date or period cannot be read."), _FORM
    ),
    "not_a_month": _about_field(Text("Månaden går inte att tyda.", "The month cannot be read."), _FORM),
    "not_a_period": _about_field(Text("Perioden går inte att tyda.", "The period cannot be read."), _FORM),
    "not_first_day": _fixed(
        Text("Datumet är inte periodens första dag.", "The date is not the first day of the period."),
        Text(
            "den första dagen i månaden, kvartalet eller året enligt kolumnen frequency",
            "the first day of the month, quarter or year by the column frequency",
        ),
        Text("Ange periodens första dag.", "Give the first day of the period."),
    ),
    "frequency_missing": _about_field(
        Text(
            "Perioden är ett datum, men periodens längd är inte angiven.",
            "The period is a date, but the length of the period is not given.",
        ),
        Text("Fyll i kolumnen frequency.", "Fill in the column frequency."),
    ),
    "frequency_conflict": _fixed(
        Text(
            "Periodens längd stämmer inte med hur perioden är skriven.",
            "The length of the period does not agree with how the period is written.",
        ),
        Text(
            "year för 2024, quarter för 2024-Q1, month för 2024-03",
            "year for 2024, quarter for 2024-Q1, month for 2024-03",
        ),
        Text("Rätta frequency eller period.", "Correct frequency or period."),
    ),
    "duplicate_key": _duplicate_key,
    "unknown_reference": lambda subject: _Words(
        Text(
            f"Koden finns inte i tabellen {_target(subject)}.",
            f"The code is not in the table {_target(subject)}.",
        ),
        accepted_of(subject.field),
        Text(
            f"Rätta koden eller lägg till den i tabellen {_target(subject)}.",
            f"Correct the code or add it to the table {_target(subject)}.",
        ),
    ),
    "unknown_code": _unknown_code,
    "leading_zero": _fixed(
        Text("Koden har tappat sin inledande nolla.", "The code has lost its leading zero."),
        Text("koden som text med alla siffror, till exempel 0127", "the code as text with all digits, such as 0127"),
        Text(
            "Gör kolumnen till text i kalkylprogrammet och skriv koden med nolla.",
            "Make the column text in the spreadsheet program and write the code with its zero.",
        ),
    ),
    "value_missing": _fixed(
        Text("Värdet saknas fast status är value.", "There is no value although the status is value."),
        Text(
            "ett tal, eller tom cell tillsammans med status suppressed, missing, not_applicable eller not_yet_reported",
            "a number, or an empty cell with status suppressed, missing, not_applicable or not_yet_reported",
        ),
        Text(
            "Fyll i talet, eller ange i kolumnen status varför det saknas.",
            "Fill in the number, or say in the column status why it is missing.",
        ),
    ),
    "value_unexpected": _fixed(
        Text(
            "Det finns ett värde fast status säger att det saknas.",
            "There is a value although the status says there is none.",
        ),
        Text("tom cell när status är något annat än value", "an empty cell when the status is anything but value"),
        Text("Ta bort värdet eller ändra status till value.", "Remove the value or change the status to value."),
    ),
    "cases_exceed_value": _fixed(
        Text(
            "Antalet ärenden är större än antalet, eller står utan antal.",
            "The number of cases exceeds the count, or stands without one.",
        ),
        Text(
            "ett heltal som är högst lika stort som value, eller tom cell",
            "a whole number at most as large as value, or an empty cell",
        ),
        Text("Rätta n_cases eller value.", "Correct n_cases or value."),
    ),
    "largest_case_exceeds_value": _fixed(
        Text(
            "Det största ärendet rymmer fler än antalet, eller står utan antal.",
            "The largest case holds more than the count, or stands without one.",
        ),
        Text(
            "ett heltal som är högst lika stort som value, eller tom cell",
            "a whole number at most as large as value, or an empty cell",
        ),
        Text("Rätta largest_case eller value.", "Correct largest_case or value."),
    ),
    "ends_before_start": _fixed(
        Text("Tiden slutar före den börjar.", "The time ends before it begins."),
        Text("ett slut som är samma dag som början eller senare", "an end on the same day as the start or later"),
        Text("Rätta något av datumen.", "Correct one of the dates."),
    ),
    "overlap": _fixed(
        Text("Tiden överlappar en annan rads tid.", "The time overlaps that of another row."),
        Text("tider som inte överlappar", "times that do not overlap"),
        Text("Slå ihop raderna eller ändra datumen.", "Merge the rows or change the dates."),
    ),
    "unknown_category": _about_field(
        Text("Måttet har inte den kategorin i kodboken.", "The metric does not have that category in the code book."),
        Text("Byt kategori, eller lägg till den i kodboken.", "Change the category, or add it to the code book."),
    ),
    "date_basis_not_allowed": _fixed(
        Text("Måttet räknas inte efter den datumgrunden.", "The metric is not counted by that date basis."),
        Text("en datumgrund som måttet har i kodboken", "a date basis that the metric has in the code book"),
        Text("Hämta ut måttet efter rätt datum.", "Export the metric by the right date."),
    ),
    "metric_not_valid": _fixed(
        Text(
            "Det finns ett värde för en period då måttet inte kunde förekomma.",
            "There is a value for a period in which the metric could not occur.",
        ),
        Text("perioder inom måttets giltighet i kodboken", "periods within the metric's validity in the code book"),
        Text("Ta bort värdet och ange status not_applicable.", "Remove the value and use status not_applicable."),
    ),
    "outside_model_period": _fixed(
        Text(
            "Perioden ligger utanför modellens tid i enheten.",
            "The period lies outside the model's time in the unit.",
        ),
        Text(
            "perioder inom valid_from till valid_to för enheten och modellen i tabellen model_periods",
            "periods within valid_from to valid_to of the unit and model in the table model_periods",
        ),
        Text(
            "Rätta perioden eller modellen, eller lägg till modellens tid i model_periods.",
            "Correct the period or the model, or add the model's time to model_periods.",
        ),
    ),
    "part_and_total": _fixed(
        Text(
            "Samma cell finns både för en modell och för all verksamhet, och skulle räknas två gånger.",
            "The same cell exists both for a model and for all activity, and would be counted twice.",
        ),
        Text("antingen rader per modell eller en rad utan modell", "either rows per model or one row without a model"),
        Text(
            "Ta bort raden utan modell, eller skriv resten som modellen ordinary.",
            "Remove the row without a model, or write the rest as the model ordinary.",
        ),
    ),
    "outside_coverage": _fixed(
        Text(
            "Det finns ett värde för en period som enheten inte har rapporterat måttet för.",
            "There is a value for a period that the unit has not reported the metric for.",
        ),
        Text(
            "hela perioden inom enhetens täckning för måttet i tabellen coverage",
            "the whole period within the unit's coverage of the metric in the table coverage",
        ),
        Text("Rätta perioden eller tabellen coverage.", "Correct the period or the table coverage."),
    ),
}


def _target(subject: _Subject) -> str:
    return subject.field.reference.table if subject.field.reference else ""
