"""The table of checks: every estimand's findings, the ones that withhold something first."""

from __future__ import annotations

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
    CheckId.AUTOCORRELATION: Text("samband mellan månader", "dependence between months"),
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
    return Table(
        id="tbl-kontroller",
        caption=in_language(language, "Kontroller av jämförelserna", "Checks of the comparisons"),
        columns=(
            Column(in_language(language, "Kontroll", "Check"), weight=2),
            Column(in_language(language, "Utfall", "Outcome"), weight=2),
            Column(in_language(language, "Vad som sågs", "What was seen"), weight=7),
            Column(in_language(language, "Gäller", "Concerns"), weight=2),
        ),
        rows=tuple(
            (
                CHECK_WORDS[finding.check].in_language(language),
                _outcome(finding).in_language(language),
                finding.reason.text.in_language(language),
                ", ".join(ids),
            )
            for finding, ids in ordered
        ),
    )


def _outcome(finding: Finding) -> Text:
    return _OUTCOMES[finding.status] if finding.withholds is None else _WITHHELD[finding.withholds]
