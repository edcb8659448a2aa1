"""``evalkit selftest``: what the designs of a plan would have made of effects that are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from evalkit.commands.running import LanguageOption, run

if TYPE_CHECKING:
    from evalkit.selftest import SelfTest


def selftest(
    analysis: Annotated[
        str | None, typer.Argument(metavar="ANALYS", help="Analysens mapp eller namn. Utan: demonstrationen.")
    ] = None,
    draws: Annotated[int, typer.Option(help="Antal försök per jämförelse och effekt.")] = 200,
    seed: Annotated[int, typer.Option(help="Frö: samma frö ger samma tal.")] = 20260101,
    as_json: Annotated[bool, typer.Option("--json", help="Talen som JSON för andra program.")] = False,  # noqa: FBT002
    *,
    lang: LanguageOption,
) -> None:
    """Pröva en plan på kända effekter (known effects).

    Serier som liknar tiden före dras, och planens upplägg skattar effekten.
    """

    def work() -> str:
        from evalkit import pipeline, plan_data
        from evalkit.metrics import MetricBook
        from evalkit.plan import Plan
        from evalkit.selftest import self_test

        folder = pipeline.analysis_folder(analysis)
        plan = Plan.load(folder)
        dataset, _ = plan_data.dataset_of(plan, folder, MetricBook.load())
        found = self_test(plan, dataset, draws=draws, seed=seed, progress=lambda text: _tell(text.in_language(lang)))
        if as_json:
            return _json(found)
        from evalkit.wording.selftest import self_test_text

        return self_test_text(found, lang)

    run(work, lang)


def _tell(message: str) -> None:
    typer.echo(f"  {message} …", err=True)


def _json(found: SelfTest) -> str:
    import json

    told = {
        "conf_level": found.conf_level,
        "seed": found.seed,
        "synthetic": found.synthetic,
        "trials": found.to_frame().to_dicts(),
        "not_tried": [{"estimand_id": id_, "reason": reason.code} for id_, reason in found.not_tried],
    }
    return json.dumps(told, ensure_ascii=False, indent=2)
