"""The data dictionary: what every table, column and code means."""

from evalkit.dictionary.codes import CodeName, accepted_in, codes_of, form_of, presence_of

__all__ = ["CodeName", "accepted_in", "codes_of", "form_of", "presence_of"]
