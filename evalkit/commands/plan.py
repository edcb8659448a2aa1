"""``evalkit plan``: what can be said of a plan before any data are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from evalkit.commands.running import LanguageOption, run

if TYPE_CHECKING:
    from evalkit.outlooks import Layout, Outlook
    from evalkit.planning import PlannedEstimand, PlannedPower
    from evalkit.precisions import Precision

plan = typer.Typer(name="plan", help="Se vad en plan kan visa, före uppgifterna (plan).", no_args_is_help=True)


@plan.callback()
def _top() -> None:
    """Keep the name of the only command: there will be others."""


@plan.command()
def power(
    analysis: Annotated[
        str | None, typer.Argument(metavar="ANALYS", help="Analysens mapp eller namn. Utan: demonstrationen.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Talen som JSON för andra program.")] = False,  # noqa: FBT002
    draws: Annotated[
        int, typer.Option("--draws", min=10, max=10_000, help="Påhittade paneler för områden som ansluter (D5).")
    ] = 40,
    *,
    lang: LanguageOption,
) -> None:
    """Visa vad planen kan väntas upptäcka (power).

    Bara planen läses, inga uppgifter.
    """

    def work() -> str:
        from evalkit.pipeline import analysis_folder
        from evalkit.plan import Plan
        from evalkit.planning import planned_power

        found = planned_power(Plan.load(analysis_folder(analysis)), draws=draws)
        if as_json:
            return _json(found)
        from evalkit.wording.planned import planned_text

        return planned_text(found, lang)

    run(work, lang)


def _json(found: PlannedPower) -> str:
    import json

    from evalkit.language import Language
    from evalkit.outlooks import FEW, POWER
    from evalkit.wording.planned import notes

    told = {
        "plan": found.slug,
        "plan_digest": found.digest,
        "conf_level": found.conf_level,
        "power": POWER,
        "enumerated_below": FEW,
        "estimands": [_of_estimand(item) for item in found.items],
        "tables": [
            {
                **_of_layout(layout),
                "estimands": [item.estimand.id for item in found.in_table(layout)],
                "rows": [_of_outlook(outlook) for outlook in outlooks],
            }
            for layout, outlooks in found.tables.items()
        ],
        "notes": {language.value: notes(found, language) for language in Language},
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


def _of_layout(layout: Layout) -> dict[str, Any]:
    return {
        "design": layout.design.value,
        "frequency": layout.frequency.value,
        "months_before": layout.months_before,
        "months_after": layout.months_after,
    }


def _of_estimand(item: PlannedEstimand) -> dict[str, Any]:
    from dataclasses import asdict

    estimand = item.estimand
    source = None if estimand.expected is None else estimand.expected.source
    return {
        "id": estimand.id,
        "question": {"sv": estimand.question.sv, "en": estimand.question.en},
        "metric": estimand.series.metric,
        "planned_as": item.reading.value,
        **_of_layout(item.layout),
        "source": None if source is None else {"sv": source.sv, "en": source.en},
        "expected": [_of_outlook(outlook) for outlook in item.outlooks],
        "simulated": [asdict(one) for one in item.by_area],
    }


def _of_outlook(outlook: Outlook) -> dict[str, Any]:
    from evalkit.outlooks import RATIOS

    return {
        "monthly": outlook.monthly,
        "monthly_comparison": outlook.monthly_comparison,
        "dispersion": outlook.dispersion,
        "enumerated": outlook.is_enumerated,
        "smallest_increase": _number(outlook.increase, "ratio"),
        "smallest_decrease": _number(outlook.decrease, "ratio"),
        "months_after_start": [
            {"ratio": ratio, **_number(found, "months")} for ratio, found in zip(RATIOS, outlook.months, strict=True)
        ],
    }


def _number(found: Precision, name: str) -> dict[str, Any]:
    reason = None if found.reason is None else found.reason.code
    return {name: getattr(found, name), "method": found.method, "reason": reason}
