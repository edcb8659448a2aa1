"""The E-value of an estimate."""

from __future__ import annotations

from evalkit.errors import EstimationError, Place, Problem
from evalkit.estimates import Estimate
from evalkit.inference import e_value as kernel
from evalkit.inference.e_value import EValue
from evalkit.language import Text
from evalkit.vocabulary import Scale

_RATIOS = (Scale.RATE_RATIO, Scale.RATIO_OF_RATE_RATIOS, Scale.PROPORTION_RATIO)


def e_value(estimate: Estimate) -> EValue:
    """How strong a cause that was not measured would have to be to explain a ratio away.

    Parameters
    ----------
    estimate
        A rate ratio, a ratio of two rate ratios or a ratio of proportions, with a number.

    Returns
    -------
    EValue
        For the estimate and for the limit of its interval nearer to 1, as ratios from 1. The E-value of the limit is 1
        when the interval holds 1: nothing hidden is needed to explain it.

    Raises
    ------
    EstimationError
        When the estimate is on another scale, or was refused.

    Source: VanderWeele and Ding 2017, Annals of Internal Medicine 167:268-274. For a ratio of proportions it is exact,
    for rates of rare events close.

    Examples
    --------
    >>> import evalkit as ek
    >>> found = ek.e_value(ek.rate_ratio(60, 100, 20, 100))
    >>> round(found.estimate, 2), round(found.limit, 2)
    (5.45, 3.04)
    """
    given = (estimate.estimate, estimate.conf_low, estimate.conf_high)
    ratio, low, high = given
    if estimate.scale not in _RATIOS or ratio is None or low is None or high is None:
        raise EstimationError([_no_ratio()])
    return kernel.e_value(ratio, low, high)


def _no_ratio() -> Problem:
    return Problem(
        code="not_a_ratio",
        what=Text("Skattningen är ingen kvot med ett tal.", "The estimate is not a ratio with a number."),
        place=Place(file="evalkit.e_value()", key="argument estimate"),
        accepted=Text("en kvot mellan takter eller andelar", "a ratio of rates or of proportions"),
        next_step=Text("Ange svaret från till exempel rate_ratio().", "Give what for example rate_ratio() answered."),
    )
