"""A valid plan: the document, its resolved estimands and its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evalkit import periods
from evalkit.errors import PlanError
from evalkit.estimands import Estimand, Group, Series, Window
from evalkit.plan.document import EstimandEntry, PlanDocument
from evalkit.plan.form import form_problems
from evalkit.plan.reading import PLAN_FILE, read
from evalkit.plan.rules import broken_rules
from evalkit.vocabulary import Multiplicity


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Plan:
    """A valid plan. Read one with :meth:`load`.

    Two plans with the same content have the same ``digest``, whatever the order of keys or the
    comments in the file.

    Attributes
    ----------
    document
        The plan as written.
    folder
        The analysis folder that it was read from.
    estimands
        The questions with their groups and windows filled in, in the order of the file.

    Examples
    --------
    >>> import evalkit as ek
    >>> plan = ek.Plan.load(ek.resources.analyses() / "manniskoexploatering")
    >>> plan.estimands[0].design.value
    'D3'
    """

    document: PlanDocument
    folder: Path
    estimands: tuple[Estimand, ...]

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
        return cls.from_mapping(read(file), folder=file.parent, name=file.name)

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
            raise PlanError(form_problems(error, content, name)) from None
        problems = broken_rules(document, name)
        if problems:
            raise PlanError(problems)
        return cls(document, folder, _resolve(document))

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
    def groups(self) -> tuple[Group, ...]:
        """The groups in the order of the file."""
        return tuple(entry.group for entry in self.document.groups)

    @property
    def window(self) -> Window:
        """The whole time that the evaluation looks at."""
        return self.document.window.window

    @property
    def multiplicity(self) -> Multiplicity:
        """How the tests of one claim family are adjusted for each other: Holm unless the plan says otherwise."""
        return self.document.multiplicity or Multiplicity.HOLM

    @property
    def series(self) -> tuple[Series, ...]:
        """Each distinct series of the estimands, in order of first use; not those that only a check looks at."""
        return tuple(dict.fromkeys(item.series for item in self.estimands))

    @property
    def series_looked_at(self) -> tuple[Series, ...]:
        """The series of the estimands, then those of their negative controls."""
        controls = (item.negative_control for item in self.estimands if item.negative_control)
        return tuple(dict.fromkeys((*self.series, *controls)))

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


def _resolve(document: PlanDocument) -> tuple[Estimand, ...]:
    groups = {entry.id: entry.group for entry in document.groups}
    windows = {entry.id: entry.window for entry in document.windows}
    return tuple(
        Estimand(
            id=entry.id,
            question=entry.question.text,
            series=_series(entry),
            design=entry.design,
            role=entry.role,
            group=groups[entry.group],
            comparison=groups[entry.comparison] if entry.comparison else None,
            before=windows[entry.before] if entry.before else None,
            after=windows[entry.after],
            margin=entry.margin.margin if entry.margin else None,
            expected=entry.expected.expected if entry.expected else None,
            family=entry.family,
            negative_control=_control(entry),
            neighbours=groups[entry.neighbours] if entry.neighbours else None,
            joined=_joined(entry, document),
        )
        for entry in document.estimands
    )


def _joined(entry: EstimandEntry, document: PlanDocument) -> tuple[tuple[str, date], ...]:
    return tuple(
        (unit, periods.first_day(periods.parse(value)[0], document.frequency))
        for unit, value in (entry.joined or {}).items()
    )


def _series(entry: EstimandEntry) -> Series:
    return Series(
        metric=entry.metric,
        exposure=entry.exposure,
        date_basis=entry.date_basis,
        category=entry.category,
        model=entry.model,
    )


def _control(entry: EstimandEntry) -> Series | None:
    """The series of a negative control, by the date basis of the estimand and whichever model."""
    control = entry.negative_control
    if control is None:
        return None
    return Series(
        metric=control.metric, exposure=control.exposure, date_basis=entry.date_basis, category=control.category
    )
