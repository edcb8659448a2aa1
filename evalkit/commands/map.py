"""``evalkit map``: from an export of a source system to tables that follow the contracts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evalkit.commands.running import LanguageOption, run
from evalkit.language import Language, in_language

PathArgument = Annotated[
    Path | None,
    typer.Argument(metavar="[FIL|MAPP]", help="Uttaget ur källsystemet: en fil, en mapp eller ett zip-arkiv."),
]
UsingOption = Annotated[str | None, typer.Option(help="En färdig mappning, eller en egen fil (.yaml).")]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", help="En inställning, NAMN=VÄRDE. Får anges flera gånger.")
]
OutOption = Annotated[Path | None, typer.Option(help="Mappen (eller, med --suggest, filen) som resultatet skrivs i.")]
ListOption = Annotated[bool, typer.Option("--list", help="Visa de färdiga mappningarna.")]
ShowOption = Annotated[str | None, typer.Option(metavar="NAMN", help="Skriv ut en mappning, att spara och ändra.")]
SuggestOption = Annotated[bool, typer.Option("--suggest", help="Föreslå en mappning för en okänd fil, att bekräfta.")]
TargetOption = Annotated[str | None, typer.Option(help="Med --suggest: tabellen som filen ska bli.")]


def map_files(
    path: PathArgument = None,
    *,
    using: UsingOption = None,
    settings: SetOption = None,
    out: OutOption = None,
    listed: ListOption = False,
    show: ShowOption = None,
    suggest: SuggestOption = False,
    target: TargetOption = None,
    lang: LanguageOption,
) -> None:
    """Översätt ett uttag till datakontrakten (map an export)."""

    def work() -> str:
        if listed:
            return _list(lang)
        if show is not None:
            return _show(show)
        if suggest:
            return _suggest(path, target, out, lang)
        return _map(path, using, settings or [], out, lang)

    run(work, lang)


def _list(language: Language) -> str:
    from evalkit.mappings import load_mapping, mapping_names
    from evalkit.mappings.model import Standing

    lines = []
    for name in mapping_names():
        mapping = load_mapping(name)
        lines.append(f"{name}  {mapping.title.in_language(language)}")
        targets = ", ".join(dict.fromkeys(table.target for table in mapping.tables))
        lines.append(f"  → {targets}. {mapping.description.in_language(language)}")
        optional = in_language(language, " (får utelämnas)", " (may be left out)")
        asked = ", ".join(f"{item.name}{'' if item.required else optional}" for item in mapping.settings)
        lines.append(f"  {in_language(language, 'inställningar', 'settings')}: {asked}")
        if mapping.standing is Standing.TEMPLATE:
            lines.append(in_language(language, "  fylls i av kommunen", "  to be filled in by the municipality"))
    return "\n".join(lines)


def _show(name: str) -> str:
    from evalkit.mappings import mapping_file

    return mapping_file(name).read_text("utf-8").rstrip("\n")


def _map(path: Path | None, using: str | None, given: list[str], out: Path | None, language: Language) -> str:
    from evalkit.mappings import map_source, write_tables
    from evalkit.mappings.calls import checked_call, parsed_settings

    where, name = checked_call(path, using)
    mapped = map_source(where, name, settings=parsed_settings(given))
    told = mapped.describe(language)
    if out is None:
        return f"{told}\n{in_language(language, 'Inget har skrivits: ange --out.', 'Nothing was written: name --out.')}"
    written = write_tables(mapped, out)
    return "\n".join([told, in_language(language, "Skrivet", "Written"), *(f"  {file}" for file in written)])


def _suggest(path: Path | None, target: str | None, out: Path | None, language: Language) -> str:
    from evalkit.mappings.calls import checked_path
    from evalkit.mappings.suggestion import suggest
    from evalkit.mappings.writing import write_whole

    text = suggest(checked_path(path), target=target).to_yaml(language)
    if out is None:
        return text.rstrip("\n")
    (written,) = write_whole(out.parent, {out.name: text.encode("utf-8")})
    return str(written)
