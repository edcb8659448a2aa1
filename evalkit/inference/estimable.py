"""Which regressions of a stack have a finite answer, and what is left of those that need rows or terms to go."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from evalkit import refusals
from evalkit.inference.intervals import Floats
from evalkit.inference.loglinear import Model
from evalkit.inference.regression_rows import PlacedStack
from evalkit.inference.separation import separated
from evalkit.inference.stacks import Stack
from evalkit.statements import Statement

_CONTRAST = 1
_WELL_APART = 1e-8
"""The least eigenvalue of terms of length 1 times each other above which they surely do not follow from each other."""


def estimable(placed: PlacedStack) -> tuple[list[PlacedStack], dict[int, tuple[Statement, int]]]:
    """Stacks whose fits exist, and for the other groups why there is none and how many of their rows have a say.

    Where the rows with events alone tell all terms apart no row is separated, and no term follows from the others:
    that is most groups, and is seen for all of them at once. The rest are looked into one by one.

    Source: Santos Silva and Tenreyro 2010, Economics Letters 107:310-312.
    """
    stack = placed.stack
    regular = _all_told(stack.matrix * (stack.counts > 0)[:, :, None])
    sound = [_some(placed, np.flatnonzero(regular))] if regular.any() else []
    refused: dict[int, tuple[Statement, int]] = {}
    mended: dict[tuple[int, int], list[tuple[int, Model, NDArray[np.intp]]]] = {}
    for at in np.flatnonzero(~regular):
        there = stack.is_row[at]
        whole = Model(stack.counts[at, there].astype(np.int64), stack.matrix[at, there], stack.offset[at, there])
        group = int(placed.groups[at])
        if np.ptp(whole.matrix[:, _CONTRAST]) == 0:
            refused[group] = (refusals.not_told_apart(), whole.counts.size)
            continue
        kept = ~separated(whole.matrix, whole.counts)
        left = independent(Model(whole.counts[kept], whole.matrix[kept], whole.offset[kept]))
        if isinstance(left, Statement):
            refused[group] = (left, int(kept.sum()))
        else:
            rows = placed.rows[at, there][kept]
            mended.setdefault(left.matrix.shape, []).append((group, left, rows))
    return sound + [_restacked(models) for models in mended.values()], refused


def independent(model: Model) -> Model | Statement:
    """The model without terms that follow from the others; a refusal when the contrast is one of those."""
    others = np.delete(model.matrix, _CONTRAST, axis=1)
    lengths = np.linalg.norm(others, axis=0)
    scaled = others / np.where(lengths > 0, lengths, 1.0)
    _, triangle, order = linalg.qr(scaled, mode="economic", pivoting=True)
    diagonal = np.abs(np.diag(triangle))
    rank = int((diagonal > 1e-9 * max(float(diagonal.max(initial=0.0)), 1e-300)).sum())
    kept = np.sort(order[:rank])
    contrast = model.matrix[:, _CONTRAST]
    left = contrast - scaled[:, kept] @ np.linalg.lstsq(scaled[:, kept], contrast, rcond=None)[0]
    if np.linalg.norm(left) <= 1e-9 * max(float(np.linalg.norm(contrast)), 1.0):
        return refusals.not_told_apart()
    matrix = np.column_stack([others[:, kept][:, :1], contrast, others[:, kept][:, 1:]])
    return Model(model.counts, matrix, model.offset)


def _all_told(matrix: Floats) -> NDArray[np.bool_]:
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    scaled = matrix / np.where(lengths > 0, lengths, 1.0)
    least = np.linalg.eigvalsh(np.swapaxes(scaled, 1, 2) @ scaled)[:, 0]
    return np.asarray((least > _WELL_APART) & (lengths > 0).all(axis=(1, 2)))


def _some(placed: PlacedStack, at: NDArray[np.intp]) -> PlacedStack:
    return PlacedStack(placed.stack.at(at), placed.groups[at], placed.rows[at])


def _restacked(models: list[tuple[int, Model, NDArray[np.intp]]]) -> PlacedStack:
    """Models of one shape side by side."""
    groups, parts, rows = zip(*models, strict=True)
    stack = Stack(
        np.stack([part.matrix for part in parts]),
        np.stack([part.counts for part in parts]).astype(float),
        np.stack([part.offset for part in parts]),
    )
    return PlacedStack(stack, np.array(groups), np.stack(rows))
