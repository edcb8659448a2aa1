"""How many of a plan's comparisons could be calculated, in words that agree with the number."""

from __future__ import annotations

import pytest

from evalkit.wording import reckoned


@pytest.mark.parametrize(
    ("done", "total", "sv", "en"),
    [
        (1, 1, "Planen innehåller en jämförelse. Den gick att beräkna.", "one comparison; it could be calculated."),
        (0, 1, "Planen innehåller en jämförelse. Den gick inte att beräkna.", "it could not be calculated."),
        (
            2,
            2,
            "Planen innehåller två jämförelser. Båda gick att beräkna.",
            "two comparisons; both could be calculated.",
        ),
        (0, 2, "Planen innehåller två jämförelser. Ingen av dem gick att beräkna.", "none could be calculated."),
        (1, 3, "Planen innehåller tre jämförelser. En av dem gick att beräkna.", "three comparisons; one could be"),
        (3, 3, "Planen innehåller tre jämförelser. Alla gick att beräkna.", "all could be calculated."),
    ],
)
def test_noun_and_pronoun_agree_with_the_number(done: int, total: int, sv: str, en: str) -> None:
    told = reckoned(done, total)
    assert told.sv == sv
    assert en in told.en
