"""Where the data that come with the library are: contracts, analyses and reports.

In a checkout (or an editable install) they are the folders beside the package; in a wheel they
are inside it.
"""

from __future__ import annotations

from pathlib import Path

from evalkit.errors import CodebookError, Place, Problem
from evalkit.language import Text

_PACKAGE = Path(__file__).resolve().parent


def data_contracts() -> Path:
    """The folder of data contracts and code books.

    Raises
    ------
    CodebookError
        When the installation lacks the folder; the same holds for the other functions here.

    Examples
    --------
    >>> from evalkit import resources
    >>> (resources.data_contracts() / "outcomes.odcs.yaml").is_file()
    True
    """
    return _folder("data_contracts")


def analyses() -> Path:
    """The folder of analyses, one sub-folder each."""
    return _folder("analyses")


def reports() -> Path:
    """The Quarto project."""
    return _folder("reports")


def _folder(name: str) -> Path:
    for place in (_PACKAGE / "_resources" / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise CodebookError(
        Problem(
            code="resources_missing",
            what=Text(
                f"Mappen {name} saknas i installationen.", f"The folder {name} is missing from the installation."
            ),
            place=Place(file=name),
            accepted=Text("mappen som följer med evalkit", "the folder that comes with evalkit"),
            next_step=Text("Installera evalkit på nytt.", "Install evalkit again."),
        )
    )
