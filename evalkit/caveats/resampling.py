"""What a reader must know beside a test or an interval that rests on other assignments or other samples."""

from __future__ import annotations

from evalkit.language import Text, decimal_comma
from evalkit.statements import Statement


def all_assignments(number: int, attainable: float) -> Statement:
    """An exact permutation test: how many assignments there are, and the smallest p-value they allow."""
    return Statement(
        "all_assignments",
        Text(
            f"Utfallet har jämförts med alla {number} sätt som insatsen kunde ha fördelats på. "
            f"Det minsta p-värde som går att få är {decimal_comma(attainable)}.",
            f"The result was compared with all {number} ways in which the measure could have been assigned. "
            f"The smallest p-value that can be had is {attainable:.4g}.",
        ),
    )


def drawn_assignments(number: int, attainable: float, seed: int) -> Statement:
    """A permutation test by draws: how many, the smallest p-value they allow, and the seed."""
    return Statement(
        "drawn_assignments",
        Text(
            f"Utfallet har jämförts med {number} lottade sätt att fördela insatsen (frö {seed}). "
            f"Det minsta p-värde som går att få är {decimal_comma(attainable)}.",
            f"The result was compared with {number} ways of assigning the measure, drawn by lot (seed {seed}). "
            f"The smallest p-value that can be had is {attainable:.4g}.",
        ),
    )


def moved_in_time() -> Statement:
    """A test by shifts in time: the series must be of one kind throughout."""
    return Statement(
        "moved_in_time",
        Text(
            "Jämförelsen flyttar insatsen till andra tider i samma serie. Den förutsätter att serien annars hade varit "
            "likadan hela tiden, utan trend eller årstider.",
            "The comparison moves the measure to other times of the same series. It takes for granted that the series "
            "would otherwise have been alike throughout, without trend or seasons.",
        ),
    )


def resampled(number: int, seed: int) -> Statement:
    """A bootstrap: how many draws, and the seed."""
    return Statement(
        "resampled",
        Text(
            f"Osäkerheten kommer av {number} nya urval lottade ur samma uppgifter (frö {seed}).",
            f"The uncertainty comes from {number} new samples drawn by lot from the same data (seed {seed}).",
        ),
    )


def clusters_drawn(number: int) -> Statement:
    """A bootstrap of clusters: how many there are to draw from."""
    return Statement(
        "clusters_drawn",
        Text(
            f"Uppgifter som hör ihop har lottats tillsammans, i {number} grupper.",
            f"Data that belong together were drawn together, in {number} groups.",
        ),
    )


def blocks_drawn(number: int) -> Statement:
    """A bootstrap of a series: the length of its blocks."""
    return Statement(
        "blocks_drawn",
        Text(
            f"Serien har lottats i bitar om högst {number} mätpunkter i följd, så att det som följer på "
            "vartannat hålls ihop.",
            f"The series was drawn in pieces of at most {number} points in a row, so that what follows upon each other "
            "stays together.",
        ),
    )
