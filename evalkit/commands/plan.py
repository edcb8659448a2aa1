"""``evalkit plan``: what can be said of a plan before any data are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from evalkit.commands.running import LanguageOption, run

if TYPE_CHECKING:
    from evalkit.planning import Outlook, PlannedEstimand, PlannedPower
    from evalkit.precisions import Precision

plan = typer.Typer(
    name="plan", help="Planen för en analys, före uppgifterna (the plan, before the data).", no_args_is_help=True
)


@plan.callback()
def _top() -> None:
    """Keep the name of the only command: there will be others."""


@plan.command()
def power(
    analysis: Annotated[
        str | None, typer.Argument(metavar="ANALYS", help="Analysens mapp eller namn. Utan: demonstrationen.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Talen som JSON för andra program.")] = False,  # noqa: FBT002
    *,
    lang: LanguageOption,
) -> None:
    """Visa vad planen kan väntas upptäcka, utan att läsa några uppgifter (power before any data)."""

    def work() -> str:
        from evalkit.pipeline import analysis_folder
        from evalkit.plan import Plan
        from evalkit.planning import planned_power

        found = planned_power(Plan.load(analysis_folder(analysis)))
        if as_json:
            return _json(found)
        from evalkit.wording.planned import planned_text

        return planned_text(found, lang)

    run(work, lang)


def _json(found: PlannedPower) -> str:
    import json

    from evalkit.planning import POWER

    told = {
        "plan": found.slug,
        "plan_digest": found.digest,
        "conf_level": found.conf_level,
        "power": POWER,
        "estimands": [_of_estimand(item) for item in found.items],
        "tables": [
            {
                "design": layout.design.value,
                "months_before": layout.months_before,
                "months_after": layout.months_after,
                "rows": [_of_outlook(outlook) for outlook in outlooks],
            }
            for layout, outlooks in found.tables.items()
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


def _of_estimand(item: PlannedEstimand) -> dict[str, Any]:
    return {
        "id": item.estimand.id,
        "metric": item.estimand.series.metric,
        "design": item.layout.design.value,
        "months_before": item.layout.months_before,
        "months_after": item.layout.months_after,
        "expected": [_of_outlook(outlook) for outlook in item.outlooks],
    }


def _of_outlook(outlook: Outlook) -> dict[str, Any]:
    from evalkit.planning import RATIOS

    return {
        "monthly": outlook.monthly,
        "monthly_comparison": outlook.monthly_comparison,
        "dispersion": outlook.dispersion,
        "smallest_increase": _number(outlook.increase, "ratio"),
        "smallest_decrease": _number(outlook.decrease, "ratio"),
        "months_after_start": [
            {"ratio": ratio, **_number(found, "months")} for ratio, found in zip(RATIOS, outlook.months, strict=True)
        ],
    }


def _number(found: Precision, name: str) -> dict[str, Any]:
    return {name: getattr(found, name), "reason": None if found.reason is None else found.reason.code}
