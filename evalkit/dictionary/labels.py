"""The closed words of the code books, as a reader meets them."""

from __future__ import annotations

from evalkit.language import Text
from evalkit.metrics import Measure
from evalkit.vocabulary import AuthorityLevel, DateBasis, ExposureKind, GoodDirection, MetricFamily, Sensitivity

MEASURE = {
    Measure.COUNT: Text("antal", "count"),
    Measure.SHARE: Text("andel", "share"),
    Measure.DURATION: Text("tid i dagar", "time in days"),
    Measure.AMOUNT: Text("belopp eller mängd", "amount"),
}
FAMILY = {
    MetricFamily.PROCESS: Text("Besök och arbetssätt (P)", "Visits and process (P)"),
    MetricFamily.FINDING: Text("Fynd (F)", "Findings (F)"),
    MetricFamily.SANCTION: Text("Sanktioner (B)", "Sanctions (B)"),
    MetricFamily.PERMIT: Text("Tillstånd och avtal (T)", "Permits and contracts (T)"),
    MetricFamily.VICTIM: Text("Möjliga offer (C1)", "Possible victims (C1)"),
    MetricFamily.SUPPORT: Text("Stödkedjan (C2–C9)", "The support chain (C2–C9)"),
    MetricFamily.RESOURCE: Text("Tid och pengar (R)", "Time and money (R)"),
    MetricFamily.OFFICIAL_STATISTICS: Text("Officiell statistik (O)", "Official statistics (O)"),
}
DATE_BASIS = {
    DateBasis.HANDELSE: Text("händelsedatum", "date of the event"),
    DateBasis.BESLUT: Text("beslutsdatum", "date of the decision"),
    DateBasis.DELGIVNING: Text("delgivningsdatum", "date of service"),
    DateBasis.LAGAKRAFT: Text("datum för laga kraft", "date of legal force"),
}
DIRECTION = {
    GoodDirection.HIGHER: Text("högre är bättre", "higher is better"),
    GoodDirection.LOWER: Text("lägre är bättre", "lower is better"),
    GoodDirection.NEITHER: Text(
        "varken högre eller lägre är bättre i sig", "neither higher nor lower is better in itself"
    ),
}
SENSITIVITY = {
    Sensitivity.OPEN: Text("öppen uppgift", "open"),
    Sensitivity.BUSINESS: Text("kan röra enskilda företag", "may concern single businesses"),
    Sensitivity.PERSON: Text("kan röra enskilda personer", "may concern single persons"),
}
EXPOSURE_KIND = {
    ExposureKind.STOCK: Text("bestånd, gånger tiden", "a stock, times the time"),
    ExposureKind.FLOW: Text("flöde, summeras", "a flow, summed"),
}
AUTHORITY_LEVEL = {
    AuthorityLevel.KOMMUNAL: Text("kommunal", "municipal"),
    AuthorityLevel.STATLIG: Text("statlig", "national"),
    AuthorityLevel.DOMSTOL: Text("domstol", "court"),
    AuthorityLevel.IDEELL: Text("ideell", "voluntary"),
}
DETECTION = Text(
    "ja: antalet ökar när man letar mer, så fler kan betyda att fler besök gjordes",
    "yes: the count rises when one looks more, so more may mean more visits",
)
NOT_DETECTION = Text("nej", "no")
WARNS = Text("anmärkning, stoppar inte", "a remark, stops nothing")
UNVERIFIED = Text("ej bekräftat", "unverified")


def span(first: str | None, last: str | None) -> Text:
    """From when to when something holds.

    Examples
    --------
    >>> from evalkit.dictionary.labels import span
    >>> str(span(None, "2024-12-31"))
    'till och med 2024-12-31'
    """
    if first and last:
        return Text(f"{first} till {last}", f"{first} to {last}")
    if first:
        return Text(f"från och med {first}", f"from {first}")
    if last:
        return Text(f"till och med {last}", f"to {last}")
    return Text("utan gräns", "without limit")
