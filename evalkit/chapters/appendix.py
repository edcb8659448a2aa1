"""How the report was made, and for synthetic data how right it was."""

from __future__ import annotations

from evalkit import __version__, dictionary, style, tables, wording
from evalkit.artifacts import Artifacts
from evalkit.contracts import load_contracts
from evalkit.language import Language, Text
from evalkit.markdown import paragraphs, plain
from evalkit.metrics import MetricBook
from evalkit.tables import Align, Column, Table

# The report has the areas and the sources themselves; the codes for kinds of source would read as a statement.
_LISTED_THEMSELVES = frozenset({"units", "sources"})


def truth(run: Artifacts, language: Language) -> str:
    """The true values beside the estimates; empty for real data."""
    if not run.true_values:
        return ""
    heading = Text("Facit", "The truth").in_language(language)
    told = Text(
        "Uppgifterna är syntetiska, så de sanna talen är kända. Ett intervall som ska träffa i 95 procent av fallen "
        "missar ibland; det hör till saken.",
        "The data are synthetic, so the true numbers are known. An interval that is to be right in 95 per cent of "
        "cases misses now and then; that is as it should be.",
    ).in_language(language)
    table = tables.truth(run.released, run.plan, run.true_values, language)
    return paragraphs(f"# {heading} {{.unnumbered}}", told, tables.to_markdown(table))


def self_test(run: Artifacts, language: Language) -> str:
    """What the designs would have made of effects that are known; empty where the plan does not ask for it."""
    found = run.self_test
    if found is None or not found.trials:
        return ""
    heading = Text("Självtest", "Self-test").in_language(language)
    return paragraphs(
        f"# {heading} {{.unnumbered}}",
        wording.self_test_read(found, language),
        tables.to_markdown(tables.self_tested(found, language)),
    )


def words(run: Artifacts, book: MetricBook, language: Language) -> str:
    """The part of the data dictionary that the analysis uses."""
    used = dictionary.markdown_tables(
        load_contracts(),
        book,
        (item.metric for item in run.plan.series),
        (file.table for file in run.inputs if file.table not in _LISTED_THEMSELVES),
        language,
    )
    return paragraphs(*(tables.to_markdown(table) for table in used if table.rows))


def colophon(run: Artifacts, language: Language) -> str:
    """Digests and version: what is needed to make the same report again."""
    inputs = Table(
        id="tbl-filer",
        caption=Text("Filer som rapporten bygger på", "Files behind the report").in_language(language),
        columns=(
            Column(Text("Fil", "File").in_language(language), weight=3),
            Column(Text("Rader", "Rows").in_language(language), Align.RIGHT, weight=2),
            Column(Text("Kontrollsumma (början)", "Digest (start)").in_language(language), weight=3),
        ),
        rows=tuple((file.name, style.number(file.rows, language), file.digest[:16]) for file in run.inputs),
    )
    seed = run.released.estimates.provenance.seed
    facts = [
        (Text("evalkit", "evalkit"), __version__),
        (Text("Planens kontrollsumma", "Digest of the plan"), run.plan.digest),
        (Text("Uppgifternas kontrollsumma", "Digest of the data"), run.data_digest),
        (Text("Kodbokens kontrollsumma", "Digest of the code book"), run.codebook_digest),
        (Text("Planen skriven", "Plan written"), run.plan.document.written.isoformat()),
    ]
    if seed is not None:
        facts.append((Text("Frö till slumpgeneratorn", "Seed of the random generator"), str(seed)))
    lines = [f"{label.in_language(language)}\n:   `{plain(value)}`" for label, value in facts]
    return paragraphs("\n\n".join(lines), tables.to_markdown(inputs))
