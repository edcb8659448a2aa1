"""Newey and West's long-run variance of scores that hang together in time."""

from __future__ import annotations

import numpy as np

from evalkit.inference.intervals import Floats


def automatic_lag(rows: int) -> int:
    """``⌊4 (n/100)^(2/9)⌋``, the rule of Newey and West 1994, Review of Economic Studies 61:631-653.

    >>> from evalkit.inference import newey_west
    >>> [newey_west.automatic_lag(rows) for rows in (48, 100, 480)]
    [3, 4, 5]
    """
    return int(4 * (rows / 100) ** (2 / 9))


def long_run(scores: Floats, lag: int, *, terms: int, prewhitened: bool = False) -> Floats:
    """The variance of the sum of scores, shape ``(k, k)``.

    Bartlett weights, and the factor ``n / (n - terms)`` for the terms fitted.

    Parameters
    ----------
    scores
        Shape ``(rows, k)``, in order of time and without gaps.
    lag
        How far apart scores may be and still count together.
    terms
        Terms of the model.
    prewhitened
        Whether a first-order vector autoregression is taken out first and put back afterwards.

    Source: Newey and West 1987, Econometrica 55:703-708; Andrews and Monahan 1992, Econometrica 60:953-966.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import newey_west
    >>> newey_west.long_run(np.array([[1.0], [2], [-1], [-2]]), 1, terms=1).round(6).tolist()
    [[16.0]]
    """
    rows = scores.shape[0]
    if prewhitened:
        earlier, later = scores[:-1], scores[1:]
        pull = np.linalg.lstsq(earlier, later, rcond=None)[0]
        scores = later - earlier @ pull
        back = np.linalg.inv(np.eye(scores.shape[1]) - pull)
    total = scores.T @ scores
    for apart in range(1, lag + 1):
        pairs = scores[apart:].T @ scores[:-apart]
        total = total + (1 - apart / (lag + 1)) * (pairs + pairs.T)
    if prewhitened:
        total = back.T @ total @ back
    return np.asarray(total * rows / (rows - terms))
