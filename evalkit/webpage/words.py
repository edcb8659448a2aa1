"""Text of both languages as markup: the page's own language first, each other marked with its ``lang``."""

from __future__ import annotations

import html
from dataclasses import dataclass

from evalkit.language import Language, Text


@dataclass(frozen=True, slots=True)
class Words:
    """Writes a :class:`~evalkit.language.Text` in the languages of a page.

    Examples
    --------
    >>> from evalkit.language import Language, Text
    >>> from evalkit.webpage import Words
    >>> Words((Language.SV,)).of(Text("besök & tid", "visits & time"))
    'besök &amp; tid'
    >>> Words((Language.SV, Language.EN)).of(Text("besök", "visits"))
    'besök <span class="en" lang="en">visits</span>'
    """

    languages: tuple[Language, ...]

    @property
    def main(self) -> Language:
        """The language of the page."""
        return self.languages[0]

    def of(self, text: Text) -> str:
        """The text as markup; the second language is left out where it says the same."""
        first = html.escape(text.in_language(self.main), quote=False)
        others = [
            f' <span class="en" lang="{language}">{html.escape(said, quote=False)}</span>'
            for language in self.languages[1:]
            if (said := text.in_language(language)) != text.in_language(self.main)
        ]
        return first + "".join(others)

    def label(self, text: Text) -> str:
        """The text as markup in the language of the page alone."""
        return html.escape(text.in_language(self.main))
