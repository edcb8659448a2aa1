"""What can be wrong with a zip archive as an archive, in the reader's words. Nothing of it is read then."""

from __future__ import annotations

from evalkit.errors import Place, Problem
from evalkit.language import Text
from evalkit.sources.limits import MOST_MEMBERS

_PACK_AGAIN = Text(
    "Packa filerna på nytt: markera dem i en mapp och gör ett zip-arkiv utan lösenord.",
    "Pack the files again: select them in a folder and make a zip archive without a password.",
)
_FILES_ONLY = Text(
    "ett zip-arkiv med datafilerna direkt eller i en mapp",
    "a zip archive with the data files in it directly or in one folder",
)


def outside(name: str) -> Problem:
    """A member whose name leads out of the archive."""
    return _refused(
        "archive_path",
        name,
        Text(
            "Arkivet har en fil vars sökväg leder ut ur arkivet.",
            "The archive has a file whose path leads out of the archive.",
        ),
    )


def link(name: str) -> Problem:
    """A member that stands for a file somewhere else."""
    return _refused(
        "archive_link",
        name,
        Text("Arkivet har en länk i stället för en fil.", "The archive has a link instead of a file."),
    )


def encrypted(name: str) -> Problem:
    """A member with a password."""
    return _refused("archive_encrypted", name, Text("Arkivet har lösenord.", "The archive has a password."))


def doubled(name: str) -> Problem:
    """Two members with one name: which one is meant depends on the program that unpacks."""
    return _refused(
        "archive_doubled",
        name,
        Text("Arkivet har två filer med samma namn.", "The archive has two files with the same name."),
    )


def nested(name: str) -> Problem:
    """An archive in the archive."""
    return _refused(
        "archive_nested",
        name,
        Text("Arkivet innehåller ett annat arkiv.", "The archive holds another archive."),
    )


def deep(name: str) -> Problem:
    """Data files further down than they are looked for; passing over them would lose them."""
    return _refused(
        "archive_deep",
        name,
        Text(
            "Arkivet har datafiler djupare än i en mapp.",
            "The archive has data files deeper than in one folder.",
        ),
    )


def nothing_inside(name: str) -> Problem:
    """No member is a data file."""
    return _refused("no_data_files", name, Text("Arkivet har inga datafiler.", "The archive has no data files."))


def too_many(name: str) -> Problem:
    """More files than any collection of tables has."""
    return Problem(
        code="archive_members",
        what=Text("Mappen har orimligt många datafiler.", "The folder has unreasonably many data files."),
        place=Place(file=name),
        accepted=Text(f"högst {MOST_MEMBERS} filer", f"at most {MOST_MEMBERS} files"),
        next_step=Text("Ange mappen som uppgifterna ligger i.", "Give the folder that the data are in."),
    )


def _refused(code: str, name: str, what: Text) -> Problem:
    return Problem(code=code, what=what, place=Place(file=name), accepted=_FILES_ONLY, next_step=_PACK_AGAIN)
