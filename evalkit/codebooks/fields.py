"""Reads the fields of one entry and notes everything that is wrong with them.

A reader never stops at the first fault: a faulty field is noted and read as an empty
placeholder, and the whole book is refused afterwards, so a placeholder never gets out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeGuard, TypeVar

from evalkit.codebooks.entries import Category, Noun, Precision
from evalkit.codebooks.yaml_rows import RawEntry
from evalkit.errors import Place, Problem, ProblemLog, known_names
from evalkit.language import Text, same

_Word = TypeVar("_Word", bound=StrEnum)

_LANGUAGES = ("sv", "en")
_NOUN_KEYS = ("sv_one", "sv_many", "en_one", "en_many")
_CATEGORY_KEYS = ("code", "sv", "en")
_WORD = re.compile(r"[A-Za-zÅÄÖåäö_][\w-]{0,39}")
_CATEGORY_CODE = re.compile(r"[a-z][a-z0-9_]*")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_FIX = Text("Rätta raden i kodboken.", "Correct the row in the code book.")
_NOWHEN = date(1, 1, 1)


def shown(value: object) -> Text:
    """A word as it is written in the code book, or nothing when it is no plain word."""
    if isinstance(value, str) and _WORD.fullmatch(value):
        return Text(f" ”{value}”", f" '{value}'")
    return same("")


@dataclass(frozen=True, slots=True)
class FieldReader:
    """Reads one entry's fields into typed values; faults go to ``log``."""

    raw: RawEntry
    file: str
    name: str
    log: ProblemLog

    def note(self, code: str, key: str, what: Text, accepted: Text, next_step: Text = _FIX) -> None:
        """Note a fault at ``key``."""
        place = Place(self.file, key=f"{self.name}.{key}", rows=(self.raw.lines.get(key, self.raw.line),))
        self.log.add(Problem(code, what, place, accepted, next_step))

    def check_keys(self, *, required: Collection[str], optional: Collection[str] = ()) -> None:
        """Note unknown keys and required keys that are not there."""
        known = (*required, *optional)
        for key in self.raw.values:
            if key not in known:
                word = shown(key)
                self.note(
                    "unknown_key",
                    key,
                    Text(f"Nyckeln{word.sv} är okänd.", f"The key{word.en} is unknown."),
                    known_names(key, known),
                )
        for key in required:
            if key not in self.raw.values:
                self.note(
                    "missing_key",
                    key,
                    Text(f"Nyckeln ”{key}” saknas.", f"The key '{key}' is missing."),
                    Text(
                        "en rad med nyckeln; ”null” där inget värde finns",
                        "a row with the key; 'null' where there is no value",
                    ),
                    Text("Lägg till raden i posten.", "Add the row to the entry."),
                )

    def has(self, key: str) -> bool:
        """Whether the key is there with another value than null."""
        return self.raw.values.get(key) is not None

    def string(self, key: str) -> str:
        """A text that is not empty."""
        value = self.raw.values.get(key)
        if isinstance(value, str) and value.strip():
            return value
        self._unless_missing("wrong_type", key, _faulty(key), Text("en text", "a text"))
        return ""

    def optional_string(self, key: str) -> str | None:
        """A text, or nothing."""
        return self.string(key) if self.has(key) else None

    def text(self, key: str) -> Text:
        """The same thing said in Swedish and English."""
        parts = self._parts(key, _LANGUAGES)
        return Text(parts["sv"], parts["en"])

    def optional_text(self, key: str) -> Text | None:
        """A bilingual text, or nothing."""
        return self.text(key) if self.has(key) else None

    def noun(self, key: str) -> Noun:
        """The four forms of a noun."""
        return Noun(**self._parts(key, _NOUN_KEYS))

    def texts(self, key: str) -> tuple[Text, ...]:
        """A list of bilingual texts, written as one list per language of the same length."""
        value = self.raw.values.get(key)
        sv, en = (value.get(language) if isinstance(value, Mapping) else None for language in _LANGUAGES)
        extra = isinstance(value, Mapping) and set(value) != set(_LANGUAGES)
        if extra or not _is_texts(sv) or not _is_texts(en) or len(sv) != len(en):
            accepted = Text(
                "”sv” och ”en” med var sin lista, lika många meningar i båda",
                "'sv' and 'en' with a list each, equally many sentences in both",
            )
            self._unless_missing("wrong_type", key, _faulty(key), accepted)
            return ()
        return tuple(Text(swedish, english) for swedish, english in zip(sv, en, strict=True))

    def strings(self, key: str) -> tuple[str, ...]:
        """A list of texts, at least one."""
        value = self.raw.values.get(key)
        if _is_texts(value) and value:
            return tuple(value)
        accepted = Text("en lista med minst en text", "a list with at least one text")
        self._unless_missing("wrong_type", key, _faulty(key), accepted)
        return ()

    def truth(self, key: str, *, default: bool | None = None) -> bool:
        """``true`` or ``false``."""
        value = self.raw.values.get(key)
        if isinstance(value, bool):
            return value
        if default is not None and key not in self.raw.values:
            return default
        self._unless_missing("wrong_type", key, _faulty(key), same("true, false"))
        return False

    def positive(self, key: str) -> int:
        """A whole number above zero."""
        value = self.raw.values.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        accepted = Text("ett heltal större än noll, utan blanksteg", "a whole number above zero, without spaces")
        self._unless_missing("wrong_type", key, _faulty(key), accepted)
        return 1

    def word(self, key: str, words: type[_Word]) -> _Word:
        """One word of a closed list."""
        value = self.raw.values.get(key)
        if isinstance(value, str) and value in {word.value for word in words}:
            return words(value)
        self._unknown_word(key, value, words)
        return next(iter(words))

    def words(self, key: str, words: type[_Word]) -> tuple[_Word, ...]:
        """Several different words of a closed list, at least one."""
        values = self.strings(key)
        known = {word.value for word in words}
        for value in values:
            if value not in known:
                self._unknown_word(key, value, words)
        if len(set(values)) < len(values):
            self.note(
                "repeated_value",
                key,
                Text(f"Samma ord står två gånger i ”{key}”.", f"The same word stands twice in '{key}'."),
                Text("varje ord högst en gång", "each word at most once"),
            )
        return tuple(words(value) for value in values if value in known)

    def day(self, key: str) -> date:
        """A calendar day, written as in ISO 8601."""
        value = self.raw.values.get(key)
        if isinstance(value, str) and _ISO_DATE.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass  # a day that the calendar lacks is told in the same words as a wrong form
        self._unless_missing(
            "bad_date",
            key,
            Text(f"Datumet i ”{key}” kan inte läsas.", f"The date in '{key}' cannot be read."),
            Text("ett datum som finns, skrivet 2019-07-01", "a date that exists, written 2019-07-01"),
        )
        return _NOWHEN

    def optional_day(self, key: str) -> date | None:
        """A calendar day, or nothing."""
        return self.day(key) if self.has(key) else None

    def period(self, first_key: str, last_key: str) -> tuple[date | None, date | None]:
        """Two optional days in order."""
        first, last = self.optional_day(first_key), self.optional_day(last_key)
        self.check_order(first, last, first_key=first_key, last_key=last_key)
        return first, last

    def check_order(self, first: date | None, last: date | None, *, first_key: str, last_key: str) -> None:
        """Note a last day that comes before the first."""
        if first is not None and last is not None and _NOWHEN != last < first:
            self.note(
                "dates_reversed",
                last_key,
                Text(f"”{last_key}” ligger före ”{first_key}”.", f"'{last_key}' comes before '{first_key}'."),
                Text("samma dag eller en senare", "the same day or a later one"),
            )

    def first_day_of(self, key: str, precision: Precision) -> date:
        """A day that agrees with how exactly it is known."""
        day = self.day(key)
        fits = {
            Precision.DAY: True,
            Precision.MONTH: day.day == 1,
            Precision.YEAR: (day.month, day.day) == (1, 1),
        }[precision]
        if not fits:
            self.note(
                "bad_date",
                key,
                Text(
                    f"Datumet i ”{key}” är noggrannare än ”precision” säger.",
                    f"The date in '{key}' is more exact than 'precision' says.",
                ),
                Text(
                    "månadens första dag vid ”month”, 1 januari vid ”year”",
                    "the first of the month with 'month', 1 January with 'year'",
                ),
            )
        return day

    def categories(self, key: str) -> tuple[Category, ...]:
        """The parts of a metric, possibly none."""
        value = self.raw.values.get(key)
        if not isinstance(value, list) or not all(_is_category(item) for item in value):
            accepted = Text(
                "en lista av {code, sv, en} och gärna noun, eller [] när måttet inte delas upp",
                "a list of {code, sv, en} and if wanted noun, or [] when the metric has no parts",
            )
            self._unless_missing("wrong_type", key, _faulty(key), accepted)
            return ()
        found = tuple(_category(item) for item in value)
        self._check_category_codes(key, [category.code for category in found])
        return found

    def _check_category_codes(self, key: str, codes: list[str]) -> None:
        for code in codes:
            if not _CATEGORY_CODE.fullmatch(code):
                word = shown(code)
                self.note(
                    "bad_code",
                    key,
                    Text(f"Kategorikoden{word.sv} har fel form.", f"The category code{word.en} has the wrong form."),
                    Text(
                        "a–z, siffror och understreck, först en bokstav (å och ä skrivs a, ö skrivs o)",
                        "a–z, digits and underscores, a letter first",
                    ),
                )
        if len(set(codes)) < len(codes):
            self.note(
                "duplicate_code",
                key,
                Text("Samma kategorikod finns två gånger.", "The same category code occurs twice."),
                Text("varje kod en gång i måttet", "each code once in the metric"),
            )

    def _parts(self, key: str, names: tuple[str, ...]) -> dict[str, str]:
        value = self.raw.values.get(key)
        if isinstance(value, Mapping) and set(value) == set(names) and _is_texts(list(value.values())):
            return {name: value[name] for name in names}
        listing = ", ".join(names)
        accepted = Text(f"{listing}, alla med text", f"{listing}, all with text")
        self._unless_missing("wrong_type", key, _faulty(key), accepted)
        return dict.fromkeys(names, "")

    def _unknown_word(self, key: str, value: object, words: type[_Word]) -> None:
        word = shown(value)
        what = Text(f"Värdet{word.sv} i ”{key}” är okänt.", f"The value{word.en} in '{key}' is unknown.")
        wanted = value if isinstance(value, str) else ""
        self._unless_missing("unknown_value", key, what, known_names(wanted, [known.value for known in words]))

    def _unless_missing(self, code: str, key: str, what: Text, accepted: Text) -> None:
        """Note a fault, unless the key is absent: that is told once, by :meth:`check_keys`."""
        if key in self.raw.values:
            self.note(code, key, what, accepted)


def _faulty(key: str) -> Text:
    return Text(f"Det som står i ”{key}” har fel form.", f"What stands in '{key}' has the wrong form.")


def _is_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value)


def _is_category(value: object) -> bool:
    if not isinstance(value, Mapping):
        return False
    plain = {key: part for key, part in value.items() if key != "noun"}
    return set(plain) == set(_CATEGORY_KEYS) and _is_texts(list(plain.values())) and _is_noun(value.get("noun"))


def _is_noun(value: object) -> bool:
    if value is None:
        return True
    return isinstance(value, Mapping) and set(value) == set(_NOUN_KEYS) and _is_texts(list(value.values()))


def _category(item: Mapping[str, Any]) -> Category:
    noun = item.get("noun")
    return Category(item["code"], Text(item["sv"], item["en"]), Noun(**noun) if noun else None)
