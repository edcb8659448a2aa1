"""Errors of many regressions at once from leaving out one cluster of rows at a time; a row by itself is a cluster too.

The sandwich with as many degrees of freedom as clusters is far too small when one side has few: with 2 of 20 clusters
treated its 95 per cent intervals held the truth in 73 per cent. ``docs/statistics/adjustment.md`` has the measurements.
:mod:`evalkit.inference.cluster_jackknife` does the same for one regression with fixed effects.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.chunks import rows_of_like_width
from evalkit.inference.groups import Groups
from evalkit.inference.intervals import Floats
from evalkit.inference.stacks import Stack, StackFit

# Leverage from which a row's own removal is worked out from what the others leave, not by dividing by next to nothing.
_DECIDED = 1 - 1e-8
_SINGULAR = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class StackJackknife:
    """The error of one coefficient of each regression, and what it rests on; every shape is ``(groups,)``.

    Attributes
    ----------
    std_error
        CV3; nan where the coefficient cannot be told without one of the clusters.
    df
        Degrees of freedom of Student's t.
    clusters, fewest
        How many there are, and how many have a row of the side that has them in fewest.
    worth
        How many clusters of equal weight the side is worth that is worth fewer.
    """

    std_error: Floats
    df: Floats
    clusters: Floats
    fewest: Floats
    worth: Floats


def jackknifed(stack: Stack, fit: StackFit, covariance: Floats, cluster: NDArray[np.intp], term: int) -> StackJackknife:
    """CV3 errors of a term that is 0 or 1, and Student's t with the degrees of freedom of its two sides.

    The variance is ``(G - 1)/G`` times the sum of the squared changes of the coefficient when each of the ``G``
    clusters is left out, by one step of the iteration from the whole fit; of single rows that is HC3 times
    ``(n - 1)/n``. It adds up over two sides and has the degrees of freedom of such a sum (Satterthwaite, Welch) when
    each side has as many as the clusters of equal weight that it is worth, less one; where a cluster has rows of both
    sides, those of the side worth fewer. A cluster weighs as much as it tells of the coefficient.

    Parameters
    ----------
    stack, fit, covariance
        The regressions, their fit, and its covariance under the model, shape ``(groups, terms, terms)``.
    cluster
        Shape ``(groups, rows)``: which rows of a group depend on each other.
    term
        Which of the terms.

    Source: MacKinnon, Nielsen and Webb 2023, Journal of Applied Econometrics 38:671-694 (CV3); Long and Ervin 2000, The
    American Statistician 54:217-224 (HC3); Lipsitz, Dear and Zhao 1994, Biometrics 50:842-846 (one step); Kish 1965,
    Survey Sampling, section 11.7, and Carter, Schnepel and Steigerwald 2017, Review of Economics and Statistics
    99:698-709 (effective numbers); Satterthwaite 1946, Biometrics Bulletin 2:110-114; Welch 1947, Biometrika 34:28-35.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import stack_jackknife, stacks
    >>> from evalkit.inference.stacks import Stack
    >>> side = np.repeat([0.0, 1.0], 6)
    >>> matrix = np.stack([np.column_stack([np.ones(12), side])])
    >>> stack = Stack(matrix, np.array([[4.0, 6, 5, 3, 7, 5, 11, 9, 14, 6, 8, 12]]), np.zeros((1, 12)))
    >>> fit = stacks.fitted(stack)
    >>> found = stack_jackknife.jackknifed(stack, fit, fit.covariance(stack), np.arange(12)[None], 1)
    >>> found.std_error.round(3).tolist(), found.df.round(1).tolist(), found.worth.round(1).tolist()
    ([0.173], [10.0], [6.0])
    """
    rows = _Rows.of(stack, fit, cluster, term)
    members, owner = rows.members, rows.owner
    there = [members.total(side) > 0 for side in (rows.on, ~rows.on)]
    # What the other terms leave of the column, by Frisch, Waugh and Lovell.
    column = np.einsum("ij,ij->i", rows.matrix, (covariance[:, term] / covariance[:, term, term, None])[rows.group])
    tells = rows.means * column**2
    worth = [_worth(owner, members.total(np.where(side, tells, 0.0))) for side in (rows.on, ~rows.on)]
    smaller = np.minimum(*worth)
    squares = _changes(rows, stack.crossed(fit.means), covariance, term) ** 2
    parts = [owner.total(np.where(side, squares, 0.0)) for side in there]
    both = owner.total(there[0] & there[1]) > 0
    with np.errstate(all="ignore"):
        degrees = (parts[0] + parts[1]) ** 2 / sum(part**2 / (one - 1) for part, one in zip(parts, worth, strict=True))
        least = np.minimum(smaller, _worth(owner, members.total(tells))) - 1
        clusters = owner.total(np.ones(members.count))
        variance = (clusters - 1) / clusters * owner.total(squares)
    return StackJackknife(
        std_error=np.sqrt(variance),
        df=np.minimum(np.where(both, least, degrees), stack.df),
        clusters=clusters,
        fewest=np.minimum(*(owner.total(side) for side in there)),
        worth=smaller,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """The rows of all groups after each other, and their clusters: which each row is in, and whose group they are."""

    group: NDArray[np.intp]
    matrix: Floats
    means: Floats
    residuals: Floats
    on: NDArray[np.bool_]
    members: Groups
    owner: Groups

    @classmethod
    def of(cls, stack: Stack, fit: StackFit, cluster: NDArray[np.intp], term: int) -> Self:
        group, step = np.nonzero(stack.is_row)
        label = cluster[group, step]
        owners = Groups(group, stack.counts.shape[0])
        members, owner = owners.with_strata(Groups(label, int(label.max(initial=0)) + 1))
        matrix, means = stack.matrix[group, step], fit.means[group, step]
        residuals = stack.counts[group, step] - means
        return cls(group, matrix, means, residuals, matrix[:, term] > 0, members, owner)


def _worth(owner: Groups, weights: Floats) -> Floats:
    """``(Σ w)² / Σ w²`` by group; 0 where nothing weighs."""
    squares = owner.total(weights**2)
    return np.where(squares > 0, owner.total(weights) ** 2 / np.where(squares > 0, squares, 1.0), 0.0)


def _changes(rows: _Rows, information: Floats, covariance: Floats, term: int) -> Floats:
    """By how much the coefficient changes without each cluster; nan where it cannot be told then."""
    outward = covariance[rows.group]
    leverages = rows.means * np.einsum("ij,ijk,ik->i", rows.matrix, outward, rows.matrix)
    part = rows.residuals * np.einsum("ij,ij->i", rows.matrix, outward[:, term])
    with np.errstate(all="ignore"):
        found = -rows.members.total(part) / (1 - rows.members.total(leverages))
    several = (rows.members.total(np.ones(part.size)) > 1) | ~(rows.members.total(leverages) < _DECIDED)
    order = np.argsort(rows.members.at, kind="stable")
    sizes = np.bincount(rows.members.at, minlength=rows.members.count)
    begins, left = np.cumsum(sizes) - sizes, np.flatnonzero(several)
    terms = information.shape[1]
    for some in rows_of_like_width((sizes[left] + terms) * terms):
        chosen = left[some]
        step = np.arange(sizes[chosen].max())
        is_row = step < sizes[chosen, None]
        places = order[np.where(is_row, begins[chosen, None] + step, begins[chosen, None])]
        found[chosen] = _without(rows, places, is_row, information[rows.owner.at[chosen]], term)
    return found


def _without(
    rows: _Rows, places: NDArray[np.intp], is_row: NDArray[np.bool_], information: Floats, term: int
) -> Floats:
    """The change without each of some clusters, by the normal equations of the others.

    ``places`` has a line for each cluster, of the rows it has where ``is_row``.
    """
    matrix = rows.matrix[places] * is_row[:, :, None]
    own = np.swapaxes(matrix, 1, 2) @ (matrix * rows.means[places][:, :, None])
    scores = (rows.residuals[places][:, None, :] @ matrix)[:, 0, :]
    found = np.full(len(own), np.nan)
    sound = np.isfinite(information).all(axis=(1, 2)) & np.isfinite(own).all(axis=(1, 2))
    diagonal = np.diagonal(information[sound], axis1=1, axis2=2)
    scale = np.sqrt(np.maximum(diagonal, np.finfo(float).tiny))
    values, vectors = np.linalg.eigh((information - own)[sound] / (scale[:, :, None] * scale[:, None, :]))
    some = values > _SINGULAR
    # Singular equations may still tell this unknown: a label that only the cluster has takes nothing from it.
    told = vectors[:, term] * some
    right = np.einsum("gij,gi->gj", vectors, -scores[sound] / scale)
    change = (told * right / np.where(some, values, 1.0)).sum(axis=1) / scale[:, term]
    found[sound] = np.where(1 - (told**2).sum(axis=1) > math.sqrt(_SINGULAR), np.nan, change)
    return found
