"""How large a file may be before it is refused, and why exactly there.

A file from outside may be made so that reading it fills the memory: a small archive that unpacks to
terabytes, a sheet whose only cell stands in the last corner, a single line without an end. Every
limit is checked before the bytes that it is about are unpacked, split or turned into cells. Larger
data than these limits allow belong in Parquet, which is read in parts.

References
----------
ECMA-376 and the published limits of Excel: 1 048 576 rows and 16 384 columns.
RFC 1951: deflate cannot shrink data more than 1 032 times.
"""

from __future__ import annotations

MEBIBYTE = 1024**2

# A million rows of our widest table is about 100 MiB as text.
MOST_FILE_BYTES = 512 * MEBIBYTE
# Text becomes cells, which take about five times the room of the text.
MOST_TEXT_BYTES = 256 * MEBIBYTE
# All members of an archive or all parts of a workbook together.
MOST_UNPACKED_BYTES = 512 * MEBIBYTE
# Administrative text and sheet XML shrink 5–60 times; only something made to be large shrinks more than 200.
MOST_TIMES_LARGER = 200
# Below this size a member is harmless however well it shrank: an empty sheet can shrink a lot.
FREE_UNPACKED_BYTES = 8 * MEBIBYTE
# A folder of every table for every municipality is some thousand files; each costs a problem or a table.
MOST_MEMBERS = 5_000

# Excel's own limits: no program that writes sheets goes past them.
MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
# Rows × columns that are held as cells at once. A full sheet of 47 columns.
MOST_CELLS = 50_000_000
# Typed columns are packed closer than text; ten million rows of ten columns.
MOST_TYPED_CELLS = 100_000_000
# The widest row that could be meant: all columns filled with short codes.
MOST_LINE_BYTES = MEBIBYTE
# One row of a sheet as XML may be longer than a line of text, since every cell has its mark-up.
MOST_ROW_XML_BYTES = 32 * MEBIBYTE
# Titles, dates of export and notes above a table; beyond these rows nobody looks for the headings.
MOST_TITLE_ROWS = 30

# A Parquet file of events with more rows is checked in parts. A million rows of visits as text take about a
# gigabyte and some ten seconds; below that it is not worth another way, and no sheet or usual export goes past it.
MOST_ROWS_AS_TEXT = 1_000_000
