"""Writing the workbooks. The same contracts give the same bytes."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from evalkit import staging
from evalkit.contracts import Contract, Field, Kind, load_contracts
from evalkit.dictionary import accepted_in, codes_of, form_of, presence_of
from evalkit.language import Language, Text, in_language
from evalkit.metrics import MetricBook
from evalkit.neutral import neutral
from evalkit.templates import words
from evalkit.templates.examples import example_rows
from evalkit.templates.roles import Reporter, tables_of
from evalkit.templates.validation import rule

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_CREATED = datetime(2025, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # fixed, so that the bytes are
_LAST_ROW = 1_048_575
_SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
_PETROL, _MIST, _STONE, _SAND = "#0B5563", "#EFF5F6", "#4D5B61", "#FDF3EA"
_MIN_WIDTH, _MAX_WIDTH = 12, 34


def template_name(reporter: Reporter, language: Language) -> str:
    """The file name of a template."""
    return f"{in_language(language, 'mall', 'template')}_{reporter}.xlsx"


def write_template(reporter: Reporter | str, out: Path | str, *, language: Language | str = Language.SV) -> Path:
    """Write the Excel template of a role, from the contracts and code books that come with evalkit.

    Parameters
    ----------
    reporter
        ``aggregat`` (counts per area and period) or ``uppgiftshallare`` (one row per visit, decision, …).
    out
        A folder; it is made when it does not exist.

    Returns
    -------
    Path
        The file. One that is there already with other content is left alone: it may be filled in.

    Raises
    ------
    ReportError
        When the file is there already with other content, or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import evalkit as ek
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ek.write_template("aggregat", folder).name
    'mall_aggregat.xlsx'
    """
    role, chosen = Reporter(reporter), Language(language)
    content = template_bytes(role, chosen, load_contracts(), MetricBook.load())
    return staging.place(Path(out) / template_name(role, chosen), content)


def template_bytes(
    reporter: Reporter, language: Language, contracts: Mapping[str, Contract], book: MetricBook
) -> bytes:
    """The template of a role as the bytes of an XLSX file."""
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, _SAFE) as workbook:
        workbook.set_properties({"title": words.TITLE.in_language(language), "author": "evalkit", "created": _CREATED})
        chosen = tuple(contracts[table] for table in tables_of(reporter, contracts))
        _Template(workbook, reporter, language, chosen, book, _Formats.of(workbook)).write()
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class _Formats:
    title: Format
    heading: Format
    body: Format
    warning: Format
    required: Format
    optional: Format
    text: Format
    date: Format
    whole: Format
    number: Format
    example: Format
    head: Format
    code: Format

    @classmethod
    def of(cls, workbook: Workbook) -> _Formats:
        add = workbook.add_format
        wrap = {"text_wrap": True, "valign": "top"}
        return cls(
            title=add({"bold": True, "font_size": 16, "font_color": _PETROL}),
            heading=add({"bold": True, "font_size": 12, "font_color": _PETROL, "top": 1, "top_color": _PETROL}),
            body=add(wrap),
            warning=add({**wrap, "bg_color": _SAND, "bold": True}),
            required=add({"bold": True, "font_color": "#FFFFFF", "bg_color": _PETROL, "valign": "top"}),
            optional=add({"bold": True, "italic": True, "font_color": _PETROL, "bg_color": "#D5E5E9", "valign": "top"}),
            text=add({"num_format": 49}),
            date=add({"num_format": "yyyy-mm-dd"}),
            whole=add({"num_format": "0"}),
            number=add({"num_format": "0.############"}),
            example=add({"italic": True, "font_color": _STONE, "bg_color": _MIST, "num_format": 49}),
            head=add({"bold": True, "bg_color": _MIST, "bottom": 1, "valign": "top"}),
            code=add({"num_format": 49, "valign": "top"}),
        )

    def of_field(self, field: Field) -> Format:
        """How the cells of a column are shown; everything but numbers and dates stays the text it was written as."""
        return {Kind.INTEGER: self.whole, Kind.NUMBER: self.number, Kind.DATE: self.date}.get(field.kind, self.text)


@dataclass(frozen=True, slots=True)
class _Template:
    workbook: Workbook
    reporter: Reporter
    language: Language
    contracts: tuple[Contract, ...]
    book: MetricBook
    formats: _Formats

    def write(self) -> None:
        """Every sheet in the order that they are met."""
        readme = self._add(words.README_SHEET)
        sheets = {contract.table: self.workbook.add_worksheet(contract.table) for contract in self.contracts}
        example = self._add(words.EXAMPLE_SHEET)
        dictionary = self._add(words.DICTIONARY_SHEET)
        codes = self._add(words.CODES_SHEET)
        names = self._lists(self._add(words.LISTS_SHEET))
        self._readme(readme)
        for contract in self.contracts:
            self._table(sheets[contract.table], contract, names)
        self._example(example)
        self._dictionary(dictionary)
        self._codes(codes)

    def _add(self, name: Text) -> Worksheet:
        return self.workbook.add_worksheet(self._say(name))

    def _say(self, text: Text) -> str:
        return neutral(text.in_language(self.language))

    def _readme(self, sheet: Worksheet) -> None:
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 96)
        sheet.write_string(0, 0, self._say(words.TITLE), self.formats.title)
        row = self._paragraph(sheet, 2, words.FOR_WHOM, self.reporter.who)
        for number, step in enumerate(words.steps(self.reporter), start=1):
            row = self._paragraph(
                sheet, row, words.DO if number == 1 else None, Text(f"{number}. {step.sv}", f"{number}. {step.en}")
            )
        row = self._paragraph(sheet, row, words.NEVER, words.NEVER_WRITTEN, self.formats.warning)
        for place, contract in enumerate(self.contracts):
            told = Text(
                f"{contract.table}: {contract.label.sv}. {contract.description.sv}",
                f"{contract.table}: {contract.label.en}. {contract.description.en}",
            )
            row = self._paragraph(sheet, row, words.TABLES if place == 0 else None, told)
        versions = ", ".join(f"{contract.table} {contract.version}" for contract in self.contracts)
        self._paragraph(sheet, row, words.VERSIONS, Text(versions, versions))
        sheet.activate()

    def _paragraph(
        self, sheet: Worksheet, row: int, heading: Text | None, told: Text, style: Format | None = None
    ) -> int:
        if heading is not None:
            sheet.write_string(row, 0, self._say(heading), self.formats.heading)
        text = self._say(told)
        sheet.write_string(row, 1, text, style or self.formats.body)
        sheet.set_row(row, 15.5 * (1 + len(text) // 100))
        return row + 1

    def _table(self, sheet: Worksheet, contract: Contract, names: Mapping[tuple[str, str], str]) -> None:
        sheet.freeze_panes(1, 0)
        sheet.set_tab_color(_PETROL)
        for column, field in enumerate(contract.fields):
            style = self.formats.required if _is_due(field) else self.formats.optional
            sheet.set_column(column, column, _width(field), self.formats.of_field(field))
            sheet.write_string(0, column, field.name, style)
            sheet.write_comment(0, column, self._comment(field), {"author": "evalkit", "x_scale": 2.6, "y_scale": 2.2})
            options = rule(
                field,
                self.language,
                list_name=names.get((contract.table, field.name)),
                column_of_reference=self._reference(field),
            )
            sheet.data_validation(1, column, _LAST_ROW, column, options)
        self._version(sheet, contract)

    def _version(self, sheet: Worksheet, contract: Contract) -> None:
        """The version that the sheet follows, to the right of what is filled in, so that it can be read later too."""
        if contract.statement is None:
            return
        column = len(contract.fields)
        sheet.set_column(column, column, _width(contract.statement), self.formats.text)
        sheet.write_string(0, column, contract.statement.name, self.formats.head)
        sheet.write_comment(
            0, column, self._say(words.VERSION_NOTE), {"author": "evalkit", "x_scale": 2.6, "y_scale": 1.2}
        )
        sheet.write_string(1, column, contract.version, self.formats.example)

    def _reference(self, field: Field) -> str | None:
        from xlsxwriter.utility import xl_col_to_name

        target = next((c for c in self.contracts if field.reference and c.table == field.reference.table), None)
        if target is None or field.reference is None:
            return None
        letter = xl_col_to_name(target.names.index(field.reference.column))
        return f"={target.table}!${letter}$2:${letter}$1000"

    def _comment(self, field: Field) -> str:
        labels = (
            (Text("Godtas", "Accepted"), accepted_in(field)),
            (Text("Enhet", "Unit"), field.unit),
            (Text("Ifylls", "Filled in"), presence_of(field)),
        )
        lines = [self._say(field.label), self._say(field.description)]
        lines += [f"{self._say(label)}: {self._say(told)}" for label, told in labels if told is not None]
        return "\n".join(lines)

    def _example(self, sheet: Worksheet) -> None:
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 24, 17)
        sheet.write_string(0, 0, self._say(words.EXAMPLE_NOTE), self.formats.title)
        row = 2
        for contract in self.contracts:
            sheet.write_string(row, 0, contract.table, self.formats.heading)
            for column, name in enumerate(contract.names, start=1):
                sheet.write_string(row, column, name, self.formats.head)
            for cells in example_rows(contract):
                row += 1
                for column, name in enumerate(contract.names, start=1):
                    self._example_cell(sheet, row, column, cells.get(name))
            row += 2

    def _example_cell(self, sheet: Worksheet, row: int, column: int, value: str | float | None) -> None:
        if isinstance(value, str):
            sheet.write_string(row, column, neutral(value), self.formats.example)
        elif value is not None:
            sheet.write_number(row, column, value, self.formats.example)
        else:
            sheet.write_blank(row, column, None, self.formats.example)

    def _dictionary(self, sheet: Worksheet) -> None:
        heads = (
            (Text("Tabell", "Table"), 20),
            (Text("Kolumn", "Column"), 20),
            (Text("Namn", "Name"), 26),
            (Text("Betyder", "Means"), 60),
            (Text("Form", "Form"), 18),
            (Text("Godtas", "Accepted"), 60),
            (Text("Enhet", "Unit"), 14),
            (Text("Ifylls", "Filled in"), 30),
        )
        self._heads(sheet, heads)
        fields = ((contract, field) for contract in self.contracts for field in contract.fields)
        for row, (contract, field) in enumerate(fields, start=1):
            unit = field.unit or Text("", "")
            told = (field.label, field.description, form_of(field), accepted_in(field), unit, presence_of(field))
            for column, text in enumerate((contract.table, field.name, *map(self._say, told))):
                sheet.write_string(row, column, neutral(text), self.formats.body)

    def _heads(self, sheet: Worksheet, heads: tuple[tuple[Text, int], ...]) -> None:
        for column, (head, width) in enumerate(heads):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, self._say(head), self.formats.head)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, 0, len(heads) - 1)

    def _codes(self, sheet: Worksheet) -> None:
        heads = (
            (Text("Tabell", "Table"), 22),
            (Text("Kolumn", "Column"), 20),
            (Text("Kod", "Code"), 22),
            (Text("Betyder", "Means"), 70),
        )
        self._heads(sheet, heads)
        row = 1
        for contract in self.contracts:
            for field in contract.fields:
                for entry in codes_of(field, self.book):
                    for column, text in enumerate((contract.table, field.name, entry.code, self._say(entry.name))):
                        sheet.write_string(row, column, neutral(text), self.formats.code)
                    row += 1

    def _lists(self, sheet: Worksheet) -> dict[tuple[str, str], str]:
        """Write every closed list on a hidden sheet, each list once, and give it a name for the drop-downs."""
        from xlsxwriter.utility import xl_col_to_name

        names: dict[tuple[str, str], str] = {}
        written: dict[tuple[str, ...], str] = {}
        for contract in self.contracts:
            for field in contract.fields:
                codes = tuple(entry.code for entry in codes_of(field, self.book))
                if not codes:
                    continue
                if codes not in written:
                    column, name = len(written), f"lista_{contract.table}_{field.name}"
                    letter = xl_col_to_name(column)
                    for row, code in enumerate((name, *codes)):
                        sheet.write_string(row, column, neutral(code), self.formats.text)
                    self.workbook.define_name(name, f"={sheet.get_name()}!${letter}$2:${letter}${len(codes) + 1}")
                    written[codes] = name
                names[contract.table, field.name] = written[codes]
        sheet.hide()
        return names


def _is_due(field: Field) -> bool:
    return field.required and not field.optional_column and field.default is None


def _width(field: Field) -> int:
    longest = max((len(text) for text in (field.name, *field.examples, *(c.value for c in field.choices))), default=0)
    return min(_MAX_WIDTH, max(_MIN_WIDTH, longest + 4))
