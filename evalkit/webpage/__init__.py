"""Pages of HTML that stand by themselves: one file, readable on a phone, on paper and with a screen reader."""

from evalkit.webpage.markup import Heading, Row, contents, facts, page, table
from evalkit.webpage.words import Words

__all__ = ["Heading", "Row", "Words", "contents", "facts", "page", "table"]
