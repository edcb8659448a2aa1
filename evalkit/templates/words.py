"""The words of a template that are not in a contract."""

from __future__ import annotations

from evalkit.language import Text
from evalkit.templates.roles import Reporter

README_SHEET = Text("Läs mig", "Read me")
EXAMPLE_SHEET = Text("Exempel", "Example")
DICTIONARY_SHEET = Text("Ordlista", "Dictionary")
CODES_SHEET = Text("Koder", "Codes")
LISTS_SHEET = Text("Listor", "Lists")

TITLE = Text("Mall för uppgifter till effektutvärdering av samordnad tillsyn", "Template for data on joint inspections")
EXAMPLE_NOTE = Text(
    "Påhittade exempel. Bladet läses inte; skriv dina uppgifter på tabellernas egna blad.",
    "Made-up examples. This sheet is not read; write your data on the sheets of the tables.",
)
DO = Text("Gör så här", "What to do")
NEVER = Text("Skriv aldrig", "Never write")
FOR_WHOM = Text("För vem", "For whom")
VERSIONS = Text("Datakontraktens versioner", "Versions of the data contracts")
TABLES = Text("Tabellerna", "The tables")

NEVER_WRITTEN = Text(
    "Personnummer, samordningsnummer, organisationsnummer, namn, adress, telefonnummer, e-post, diarienummer eller "
    "fri text. Hela filen stoppas då, och uppgifterna ska raderas.",
    "Personal or coordination numbers, company numbers, names, addresses, phone numbers, e-mail, case numbers or free "
    "text. The whole file is then stopped, and the data are to be deleted.",
)

VERSION_NOTE = Text(
    "Vilken version av datakontraktet bladet följer. Mallen har fyllt i den; ändra den inte.",
    "Which version of the data contract the sheet follows. The template has filled it in; leave it as it is.",
)

_FILL = Text(
    "Fyll i bladen från vänster till höger, en rad per post, från rad 2. Ändra inte rubrikerna.",
    "Fill in the sheets from left to right, one row per entry, from row 2. Leave the headings as they are.",
)
_SOURCES_FIRST = Text(
    "Börja med units (områden) och sources (källor); de andra bladen hänvisar till deras koder.",
    "Begin with units (areas) and sources; the other sheets refer to their codes.",
)
_LISTS = Text(
    "Välj kod i listan där det finns en pil. Vad koderna betyder står på bladet Koder.",
    "Choose a code from the list where there is an arrow. What the codes mean is on the sheet Codes.",
)
_EMPTY = Text(
    "Tom cell betyder att uppgiften saknas. Noll skrivs 0. Lämna hela bladet tomt om du inte har tabellen.",
    "An empty cell means that there is no figure. Nought is written 0. Leave a sheet empty if you lack its table.",
)
_DATES = Text(
    "Datum skrivs 2024-03-12, månader 2024-03, kvartal 2024-Q1 och år 2024.",
    "Dates are written 2024-03-12, months 2024-03, quarters 2024-Q1 and years 2024.",
)
_CHECK = Text(
    "Spara arbetsboken och kontrollera den: evalkit check ARBETSBOK.xlsx --workbook RATTA",
    "Save the workbook and check it: evalkit check WORKBOOK.xlsx --workbook MEND",
)
_MEND = Text(
    "Rätta det som markeras och kontrollera igen, tills inget återstår.",
    "Mend what is marked and check again until nothing is left.",
)
_BY_ROLE = {
    Reporter.AGGREGAT: Text(
        "Ange i coverage från när till när varje mått är räknat; bara där betyder ingen rad noll.",
        "Say in coverage from when to when each metric was counted; only there does no row mean nought.",
    ),
    Reporter.UPPGIFTSHALLARE: Text(
        "Numrera posterna själv från 1. Använd aldrig nummer ur ärendesystemet.",
        "Number the entries yourself from 1. Never use numbers from the case system.",
    ),
}


def steps(reporter: Reporter) -> tuple[Text, ...]:
    """What to do, in eight lines."""
    return (_FILL, _SOURCES_FIRST, _BY_ROLE[reporter], _LISTS, _DATES, _EMPTY, _CHECK, _MEND)


DATE_ERROR = Text("Skriv ett datum som 2024-03-12.", "Write a date such as 2024-03-12.")
WHOLE_ERROR = Text(
    "Skriv ett heltal, {low} eller större, utan text.", "Write a whole number, {low} or more, without text."
)
ANY_WHOLE_ERROR = Text("Skriv ett heltal utan text.", "Write a whole number without text.")
NUMBER_ERROR = Text("Skriv ett tal, {low} eller större, utan text.", "Write a number, {low} or more, without text.")
LIST_ERROR = Text(
    "Välj en av koderna i listan. De förklaras på bladet Koder.",
    "Choose one of the codes of the list. They are explained on the sheet Codes.",
)
REFERENCE_ERROR = Text(
    "Koden finns inte på bladet {table}. Vill du använda den ändå?",
    "The code is not on the sheet {table}. Use it all the same?",
)
ERROR_TITLE = Text("Godtas inte", "Not accepted")
