"""The analysis plan: written, digested and printed before the data are read.

A plan is a YAML file. Its form is checked by pydantic and its sense (references, what each design
needs) by the rules below; everything that is wrong is told at once, in Swedish and English.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from evalkit import estimands, periods
from evalkit.errors import Place, PlanError, Problem, known_names
from evalkit.language import Text, same
from evalkit.vocabulary import DateBasis, DesignId, Frequency, Role

PLAN_VERSION = 1
PLAN_FILE = "plan.yaml"

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$")]
PeriodText = Annotated[str, BeforeValidator(lambda value: str(value) if type(value) is int else value)]
UnitCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,19}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Words(_Part):
    """A text in both languages."""

    sv: Annotated[str, StringConstraints(min_length=1)]
    en: Annotated[str, StringConstraints(min_length=1)]

    @property
    def text(self) -> Text:
        """The pair as the rest of the library holds it."""
        return Text(self.sv, self.en)


class DataSource(_Part):
    """Where the data are: a folder beside the plan, or the library's own simulation."""

    kind: Literal["files", "simulation"]
    folder: str = "data"
    seed: int | None = None


class GroupEntry(_Part):
    """One side of a comparison."""

    id: Code
    name: Words
    units: Annotated[tuple[UnitCode, ...], Field(min_length=1)]
    model: str | None = None


class WindowEntry(_Part):
    """A stretch of time; ``first`` and ``last`` are written 2024, 2024-Q1 or 2024-03 and are both included."""

    id: Code
    name: Words
    first: PeriodText
    last: PeriodText


class EstimandEntry(_Part):
    """One question to the data, by reference to the groups and windows above it."""

    id: Code
    question: Words
    metric: str
    category: str | None = None
    model: str | None = None
    exposure: str
    date_basis: DateBasis
    design: DesignId
    role: Role
    group: str
    comparison: str | None = None
    before: str | None = None
    after: str


class Mapped(_Part):
    """An outcome that the evaluation needs and who can give it."""

    metric: str
    units: Annotated[tuple[UnitCode, ...], Field(min_length=1)]


class Mark(_Part):
    """A date to mark in the figures, such as the start of a model."""

    at: PeriodText
    name: Words


class PlanDocument(_Part):
    """The plan as it is written in the file."""

    plan_version: Literal[1]
    slug: Code
    title: Words
    subtitle: Words
    question: Words
    commissioner: Words
    written: date
    diary_number: str | None = None
    data: DataSource
    frequency: Frequency
    display_frequency: Frequency = Frequency.YEAR
    window: WindowEntry
    conf_level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    groups: Annotated[tuple[GroupEntry, ...], Field(min_length=1)]
    windows: Annotated[tuple[WindowEntry, ...], Field(min_length=1)]
    estimands: Annotated[tuple[EstimandEntry, ...], Field(min_length=1)]
    marks: tuple[Mark, ...] = ()
    wanted: tuple[Mapped, ...] = ()
    background: tuple[Words, ...] = ()
    cannot_say: Annotated[tuple[Words, ...], Field(min_length=1)]
    next_steps: tuple[Words, ...] = ()
    data_notes: tuple[Words, ...] = ()


class Plan:
    """A valid plan: the document, its resolved estimands and its digest.

    Read one with :meth:`load`. Two plans with the same content have the same ``digest``,
    whatever the order of keys or the comments in the file.

    Examples
    --------
    >>> import evalkit as ek
    >>> plan = ek.Plan.load(ek.resources.analyses() / "manniskoexploatering")
    >>> plan.estimands[0].design.value
    'D3'
    """

    __slots__ = ("document", "estimands", "folder")

    def __init__(self, document: PlanDocument, folder: Path, *, resolved: tuple[estimands.Estimand, ...]) -> None:
        self.document = document
        self.folder = folder
        self.estimands = resolved

    @classmethod
    def load(cls, path: str | Path) -> Plan:
        """Read ``plan.yaml`` (or the folder that holds one).

        Raises
        ------
        PlanError
            With every fault in the file.
        """
        file = Path(path)
        if file.is_dir():
            file = file / PLAN_FILE
        return cls.from_mapping(_read(file), folder=file.parent, name=file.name)

    @classmethod
    def from_mapping(cls, content: Mapping[str, Any], *, folder: Path, name: str = PLAN_FILE) -> Plan:
        """Make a plan from the content of a plan file.

        Raises
        ------
        PlanError
            With every fault in the content.
        """
        try:
            document = PlanDocument.model_validate(dict(content))
        except ValidationError as error:
            raise PlanError([_form_problem(item, name) for item in error.errors()]) from None
        problems = [problem for rule in _RULES for problem in rule(document, name)]
        if problems:
            raise PlanError(problems)
        return cls(document, folder, resolved=_resolve(document))

    @property
    def slug(self) -> str:
        """The analysis' short name."""
        return self.document.slug

    @property
    def digest(self) -> str:
        """SHA-256 over the plan's content in canonical form."""
        canonical = json.dumps(
            self.document.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":")
        )
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def groups(self) -> tuple[estimands.Group, ...]:
        """The groups in the order of the file."""
        return tuple(_group(entry) for entry in self.document.groups)

    @property
    def window(self) -> estimands.Window:
        """The whole time that the evaluation looks at."""
        return _window(self.document.window)

    @property
    def series(self) -> tuple[estimands.Series, ...]:
        """Each distinct series of the estimands, in order of first use."""
        return tuple(dict.fromkeys(item.series for item in self.estimands))

    @property
    def units(self) -> tuple[str, ...]:
        """Every unit that some group holds, in order of first use."""
        return tuple(dict.fromkeys(unit for group in self.groups for unit in group.units))

    def __repr__(self) -> str:
        lines = [f"Plan {self.slug}: {self.document.title.sv} (sha256 {self.digest[:12]})"]
        lines += [f"  {item.id} {item.design.value} {item.series.key}: {item.contrast}" for item in self.estimands]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from evalkit.views import plan_view

        return plan_view(self)


def _read(file: Path) -> Mapping[str, Any]:
    place = Place(file=file.name)
    try:
        content = yaml.safe_load(file.read_text("utf-8"))
    except FileNotFoundError:
        raise PlanError(_missing_file(file)) from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        row = (mark.line + 1,) if mark is not None else ()
        raise PlanError(
            Problem(
                code="plan_not_yaml",
                what=Text("Planen går inte att läsa som YAML i UTF-8.", "The plan cannot be read as YAML in UTF-8."),
                place=Place(file=file.name, rows=row),
                accepted=Text("en YAML-fil i UTF-8", "a YAML file in UTF-8"),
                next_step=Text("Rätta raden och spara filen i UTF-8.", "Mend the row and save the file as UTF-8."),
            )
        ) from None
    if not isinstance(content, dict):
        raise PlanError(
            Problem(
                code="plan_empty",
                what=Text("Planen är tom eller är inte en lista av nycklar.", "The plan is empty or not a mapping."),
                place=place,
                accepted=Text("nycklar som plan_version, title, groups", "keys such as plan_version, title, groups"),
                next_step=Text(
                    "Utgå från planen i en befintlig analys.", "Start from the plan of an existing analysis."
                ),
            )
        )
    return content


def _missing_file(file: Path) -> Problem:
    return Problem(
        code="plan_missing",
        what=Text("Det finns ingen plan i analysmappen.", "The analysis folder has no plan."),
        place=Place(file=str(Path(file.parent.name) / file.name)),
        accepted=Text(f"en mapp med filen {PLAN_FILE}", f"a folder with the file {PLAN_FILE}"),
        next_step=Text(
            "Ange en mapp under analyses/ eller skriv en plan där.",
            "Name a folder under analyses/ or write a plan there.",
        ),
    )


_FORM_MESSAGES: dict[str, Text] = {
    "missing": Text("Nyckeln saknas.", "The key is missing."),
    "extra_forbidden": Text("Nyckeln är okänd.", "The key is unknown."),
    "enum": Text("Ordet finns inte i ordlistan.", "The word is not in the vocabulary."),
    "literal_error": Text("Värdet är inte ett av de tillåtna.", "The value is not one of those allowed."),
    "string_pattern_mismatch": Text("Koden har fel form.", "The code has the wrong form."),
    "string_type": Text("Här ska det stå text.", "Text is needed here."),
    "tuple_type": Text("Här ska det stå en lista.", "A list is needed here."),
    "too_short": Text("Listan är tom.", "The list is empty."),
    "string_too_short": Text("Texten är tom.", "The text is empty."),
}
_FORM_OTHER = Text("Värdet har fel form.", "The value has the wrong form.")


def _form_problem(item: Any, name: str) -> Problem:
    key = ".".join(str(part) for part in item["loc"])
    expected = str(item.get("ctx", {}).get("expected", item["msg"]))
    return Problem(
        code=f"plan_{item['type']}",
        what=_FORM_MESSAGES.get(item["type"], _FORM_OTHER),
        place=Place(file=name, key=key),
        accepted=_accepted_keys(item) if item["type"] == "extra_forbidden" else same(expected),
        next_step=Text(f"Rätta ”{key}” i planen.", f"Correct '{key}' in the plan."),
    )


def _accepted_keys(item: Any) -> Text:
    model = _model_at([part for part in item["loc"][:-1] if isinstance(part, str)])
    return known_names(str(item["loc"][-1]), model.model_fields)


def _model_at(path: Iterable[str]) -> type[_Part]:
    parts: dict[str, type[_Part]] = {
        "data": DataSource,
        "groups": GroupEntry,
        "windows": WindowEntry,
        "window": WindowEntry,
        "estimands": EstimandEntry,
        "wanted": Mapped,
        "marks": Mark,
    }
    model: type[_Part] = PlanDocument
    for part in path:
        model = parts.get(part, Words)
    return model


_Rule = Callable[[PlanDocument, str], list[Problem]]


def _unique_ids(document: PlanDocument, name: str) -> list[Problem]:
    problems = []
    for key, entries in (
        ("groups", document.groups),
        ("windows", document.windows),
        ("estimands", document.estimands),
    ):
        counts = Counter(entry.id for entry in entries)
        problems += [
            Problem(
                code="plan_duplicate_id",
                what=Text(f"Beteckningen ”{id_}” används flera gånger.", f"The id '{id_}' is used more than once."),
                place=Place(file=name, key=key),
                accepted=Text("varje beteckning en gång", "each id once"),
                next_step=Text("Byt namn på en av dem.", "Rename one of them."),
            )
            for id_, count in counts.items()
            if count > 1
        ]
    return problems


def _window_texts(document: PlanDocument, name: str) -> list[Problem]:
    texts = [("window", document.window), *((f"windows.{entry.id}", entry) for entry in document.windows)]
    problems = [
        _bad_period(name, f"{key}.{end}")
        for key, entry in texts
        for end, value in (("first", entry.first), ("last", entry.last))
        if periods.try_parse(value) is None
    ]
    problems += [_bad_period(name, f"marks.{mark.at}") for mark in document.marks if periods.try_parse(mark.at) is None]
    if problems:
        return problems
    return [_backwards(name, key) for key, entry in texts if _window(entry).first > _window(entry).last]


def _bad_period(name: str, key: str) -> Problem:
    return Problem(
        code="plan_period",
        what=Text("Perioden går inte att tyda.", "The period cannot be read."),
        place=Place(file=name, key=key),
        accepted=Text("2024, 2024-Q1 eller 2024-03", "2024, 2024-Q1 or 2024-03"),
        next_step=Text("Skriv perioden på ett av dessa sätt.", "Write the period in one of these ways."),
    )


def _backwards(name: str, key: str) -> Problem:
    return Problem(
        code="plan_window_backwards",
        what=Text("Tidsfönstret slutar före det börjar.", "The window ends before it begins."),
        place=Place(file=name, key=key),
        accepted=Text("first före last", "first before last"),
        next_step=Text("Byt plats på dem.", "Swap them."),
    )


_NEEDS: dict[DesignId, tuple[str, ...]] = {
    DesignId.D1: (),
    DesignId.D2: ("before",),
    DesignId.D3: ("before", "comparison"),
}
_PARTS = ("before", "comparison")


def _references(document: PlanDocument, name: str) -> list[Problem]:
    known = {
        "group": [entry.id for entry in document.groups],
        "comparison": [entry.id for entry in document.groups],
        "before": [entry.id for entry in document.windows],
        "after": [entry.id for entry in document.windows],
    }
    return [
        Problem(
            code="plan_reference",
            what=Text(f"”{wanted}” är inte definierat i planen.", f"'{wanted}' is not defined in the plan."),
            place=Place(file=name, key=f"estimands.{entry.id}.{part}"),
            accepted=known_names(wanted, ids),
            next_step=Text("Rätta beteckningen eller definiera den.", "Correct the id or define it."),
        )
        for entry in document.estimands
        for part, ids in known.items()
        if (wanted := getattr(entry, part)) is not None and wanted not in ids
    ]


def _design_parts(document: PlanDocument, name: str) -> list[Problem]:
    problems = []
    for entry in document.estimands:
        for part in _PARTS:
            needed, given = part in _NEEDS[entry.design], getattr(entry, part) is not None
            if needed == given:
                continue
            word = Text("kräver" if needed else "använder inte", "needs" if needed else "does not use")
            problems.append(
                Problem(
                    code="plan_design_parts",
                    what=Text(
                        f"Upplägget {entry.design} {word.sv} ”{part}”.", f"Design {entry.design} {word.en} '{part}'."
                    ),
                    place=Place(file=name, key=f"estimands.{entry.id}"),
                    accepted=same(", ".join((*_NEEDS[entry.design], "group", "after"))),
                    next_step=Text(
                        "Lägg till det." if needed else "Ta bort det eller välj ett annat upplägg.",
                        "Add it." if needed else "Remove it or choose another design.",
                    ),
                )
            )
    return problems


def _distinct_sides(document: PlanDocument, name: str) -> list[Problem]:
    units = {entry.id: set(entry.units) for entry in document.groups}
    return [
        Problem(
            code="plan_sides_overlap",
            what=Text("De två sidorna har enheter gemensamt.", "The two sides share units."),
            place=Place(file=name, key=f"estimands.{entry.id}"),
            accepted=Text("grupper utan gemensamma enheter", "groups without units in common"),
            next_step=Text(
                "Ta bort den gemensamma enheten ur en av grupperna.", "Take the shared unit out of one of the groups."
            ),
        )
        for entry in document.estimands
        if entry.comparison and units.get(entry.group, set()) & units.get(entry.comparison, set())
    ]


def _windows_apart(document: PlanDocument, name: str) -> list[Problem]:
    if _window_texts(document, name):
        return []
    windows = {entry.id: _window(entry) for entry in document.windows}
    return [
        Problem(
            code="plan_windows_overlap",
            what=Text("Tiden före slutar inte innan tiden efter börjar.", "Before does not end before after begins."),
            place=Place(file=name, key=f"estimands.{entry.id}"),
            accepted=Text("before.last före after.first", "before.last earlier than after.first"),
            next_step=Text("Rätta fönstren.", "Mend the windows."),
        )
        for entry in document.estimands
        if entry.before in windows
        and entry.after in windows
        and windows[entry.before].last >= windows[entry.after].first
    ]


def _inside_window(document: PlanDocument, name: str) -> list[Problem]:
    if _window_texts(document, name):
        return []
    whole = _window(document.window)
    return [
        Problem(
            code="plan_outside_window",
            what=Text("Fönstret går utanför planens hela tid.", "The window goes outside the plan's whole time."),
            place=Place(file=name, key=f"windows.{entry.id}"),
            accepted=Text(f"{whole.first} till {whole.last}", f"{whole.first} to {whole.last}"),
            next_step=Text("Ändra fönstret eller ”window”.", "Change the window or 'window'."),
        )
        for entry in document.windows
        if not (whole.first <= _window(entry).first and _window(entry).last <= whole.last)
    ]


def _seed_when_simulated(document: PlanDocument, name: str) -> list[Problem]:
    if document.data.kind == "files" or document.data.seed is not None:
        return []
    return [
        Problem(
            code="plan_seed",
            what=Text("Simulerade data kräver ett frö.", "Simulated data need a seed."),
            place=Place(file=name, key="data.seed"),
            accepted=Text("ett heltal", "a whole number"),
            next_step=Text("Lägg till data.seed.", "Add data.seed."),
        )
    ]


_RULES: tuple[_Rule, ...] = (
    _unique_ids,
    _window_texts,
    _references,
    _design_parts,
    _distinct_sides,
    _windows_apart,
    _inside_window,
    _seed_when_simulated,
)


def _resolve(document: PlanDocument) -> tuple[estimands.Estimand, ...]:
    groups = {entry.id: _group(entry) for entry in document.groups}
    windows = {entry.id: _window(entry) for entry in document.windows}
    return tuple(
        estimands.Estimand(
            id=entry.id,
            question=entry.question.text,
            series=estimands.Series(
                metric=entry.metric,
                exposure=entry.exposure,
                date_basis=entry.date_basis,
                category=entry.category,
                model=entry.model,
            ),
            design=entry.design,
            role=entry.role,
            group=groups[entry.group],
            comparison=groups[entry.comparison] if entry.comparison else None,
            before=windows[entry.before] if entry.before else None,
            after=windows[entry.after],
        )
        for entry in document.estimands
    )


def _group(entry: GroupEntry) -> estimands.Group:
    return estimands.Group(id=entry.id, name=entry.name.text, units=entry.units, model=entry.model)


def _window(entry: WindowEntry) -> estimands.Window:
    first, _ = periods.parse(entry.first)
    last, frequency = periods.parse(entry.last)
    return estimands.Window(id=entry.id, name=entry.name.text, first=first, last=periods.last_day(last, frequency))
