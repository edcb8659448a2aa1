"""The data dictionary: what every table, column and code means."""

from evalkit.dictionary.appendix import markdown_tables
from evalkit.dictionary.codes import CodeName, accepted_in, codes_of, form_of, presence_of
from evalkit.dictionary.web import to_html

__all__ = ["CodeName", "accepted_in", "codes_of", "form_of", "markdown_tables", "presence_of", "to_html"]
