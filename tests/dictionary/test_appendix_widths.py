"""The columns of the report's appendix are wide enough on paper: a word that does not fit runs into the next column."""

import pytest

from evalkit.contracts import Level, load_contracts
from evalkit.dictionary import markdown_tables
from evalkit.language import Language
from evalkit.metrics import MetricBook

# A table on A4 is 152 mm wide; Libertinus at 9.5 pt has a mean of 1.55 mm a letter, and a cell has 4 mm of air.
LETTERS, AIR = 98, 3
BOOK, CONTRACTS = MetricBook.load(), load_contracts()
REPORTED = [name for name, contract in CONTRACTS.items() if contract.level is not Level.HOLDER]


@pytest.mark.parametrize("language", Language)
def test_the_longest_word_of_the_first_column_fits(language):
    for table in markdown_tables(CONTRACTS, BOOK, BOOK.metric_codes, REPORTED, language):
        share = table.columns[0].weight / sum(column.weight for column in table.columns)
        longest = max((word for row in table.rows for word in str(row[0]).split()), key=len)
        assert len(longest) <= share * LETTERS - AIR, longest
