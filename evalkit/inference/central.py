"""Central confidence limits: each side is cut off at half of what the level leaves.

A limit is the parameter at which the observed count would lie exactly in the outer α/2 tail. The
matching p-value is twice the smaller tail, so interval and p-value never contradict each other
(Fay 2010, The R Journal 2(1):53-58, on why the more common "minimum likelihood" p-value does).
"""

from __future__ import annotations

import numpy as np

from evalkit.inference.intervals import Floats

_SMALLEST = 1e-300


def twice_the_smaller(lower: Floats, upper: Floats) -> Floats:
    """The central p-value of two tails that both hold the observed count (or half of it); at most 1."""
    return np.asarray(np.minimum(1.0, 2 * np.minimum(lower, upper)))


def log_excess(tail: Floats, target: Floats) -> Floats:
    """The logarithm of a tail over its target.

    It is close to a parabola in the parameter, which a root search likes; the tail itself is flat.
    """
    return np.asarray(np.log(np.maximum(tail, _SMALLEST) / target))
