"""The table of checks: every estimand's findings, the ones that withhold something first."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from evalkit import caveats
from evalkit.disclosure import Released
from evalkit.findings import Finding
from evalkit.language import Language, Text, in_language
from evalkit.plan import Plan
from evalkit.tables.model import Column, Table
from evalkit.vocabulary import CheckId, FindingStatus, Withheld

CHECK_WORDS = {
    CheckId.DESIGN_CEILING: Text("vad upplägget kan bära", "what the design can carry"),
    CheckId.DISPERSION: Text("variation utöver slumpen", "variation beyond chance"),
    CheckId.LARGEST_CASE: Text("det största ärendets andel", "share of the largest case"),
    CheckId.AUTOCORRELATION: Text("samband mellan perioder", "dependence between periods"),
    CheckId.CLUSTERS: Text("antal områden", "number of areas"),
    CheckId.EXPOSURE_CHANGE: Text("ändrad mängd att granska", "change in what was looked at"),
    CheckId.RECORDING: Text("när registreringen började", "when recording began"),
    CheckId.PRE_TREND: Text("utvecklingen före", "development before"),
    CheckId.ANTICIPATION: Text("verkan före starten", "action before the start"),
    CheckId.PLACEBO_DATES: Text("påhittade startdatum", "invented start dates"),
    CheckId.SPILLOVER: Text("grannområden", "neighbouring areas"),
    CheckId.COVID: Text("pandemin", "the pandemic"),
    CheckId.LAW_BREAKS: Text("lagändringar", "law changes"),
    CheckId.NEGATIVE_CONTROL: Text("mått som inte borde påverkas", "a metric that should not move"),
    CheckId.LEAVE_ONE_OUT: Text("ett område i taget utelämnat", "one area left out at a time"),
    CheckId.E_VALUE: Text("hur stark en dold förklaring måste vara", "how strong a hidden explanation must be"),
}
_OUTCOMES = {
    FindingStatus.OK: Text("inget att anmärka", "nothing to remark"),
    FindingStatus.WARN: Text("att tänka på", "to bear in mind"),
}
_WITHHELD = {
    Withheld.ESTIMATE: Text("hindrar talet", "withholds the number"),
    Withheld.EFFECT_LABEL: Text("hindrar ordet effekt", "withholds the word effect"),
}
_ORDER = (FindingStatus.BLOCK, FindingStatus.WARN, FindingStatus.OK)
_CHECKS = tuple(CHECK_WORDS)


def checks(released: Released, plan: Plan, language: Language = Language.SV) -> Table:
    """One row for each distinct finding, with the comparisons it is about: by outcome, then by check."""
    about: dict[Finding, list[str]] = {}
    for item in plan.estimands:
        for finding in released.estimates.get(item.id).findings:
            about.setdefault(finding, []).append(item.id)
    ordered = sorted(about.items(), key=lambda entry: (_ORDER.index(entry[0].status), _CHECKS.index(entry[0].check)))
    told = [(finding, ids) for finding, ids in ordered if not _is_hidden(finding)]
    hidden = [(finding, ids) for finding, ids in ordered if _is_hidden(finding)]
    place = list(dict.fromkeys(item.id for item in plan.estimands)).index
    return Table(
        id="tbl-kontroller",
        caption=in_language(language, "Kontroller av jämförelserna", "Checks of the comparisons"),
        columns=(
            Column(in_language(language, "Kontroll", "Check"), weight=2),
            Column(in_language(language, "Utfall", "Outcome"), weight=2),
            Column(in_language(language, "Vad som sågs", "What was seen"), weight=7),
            Column(in_language(language, "Gäller", "Concerns"), weight=2),
        ),
        rows=(
            *(
                (
                    CHECK_WORDS[finding.check].in_language(language),
                    _outcome(finding).in_language(language),
                    finding.reason.text.in_language(language),
                    ", ".join(ids),
                )
                for finding, ids in told
            ),
            *_hidden_rows(hidden, place, language),
        ),
    )


def _is_hidden(finding: Finding) -> bool:
    return finding.reason == caveats.detail_protected()


def _hidden_rows(
    hidden: list[tuple[Finding, list[str]]], place: Callable[[str], int], language: Language
) -> Iterator[tuple[str, ...]]:
    """What may not be shown has one row for each outcome, with the checks and comparisons that it is about."""
    for outcome in dict.fromkeys(_outcome(finding) for finding, _ in hidden):
        same = [(finding, ids) for finding, ids in hidden if _outcome(finding) == outcome]
        yield (
            "; ".join(CHECK_WORDS[finding.check].in_language(language) for finding, _ in same),
            outcome.in_language(language),
            caveats.detail_protected().text.in_language(language),
            ", ".join(sorted({id_ for _, ids in same for id_ in ids}, key=place)),
        )


def _outcome(finding: Finding) -> Text:
    return _OUTCOMES[finding.status] if finding.withholds is None else _WITHHELD[finding.withholds]
