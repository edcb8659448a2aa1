"""What a check found, told to the one who made the data: in the terminal, as JSON, as a page, as a marked workbook.

The facts are one frozen :class:`Feedback`; every writer is a function of it. No writer but the marked workbook,
which goes back to the owner of the data, has access to a cell.
"""

from evalkit.feedback.machine import to_json
from evalkit.feedback.model import Feedback, FileTally
from evalkit.feedback.terminal import to_text
from evalkit.feedback.web import to_html

__all__ = ["Feedback", "FileTally", "to_html", "to_json", "to_text"]
