"""Which interval is used for counts summed over periods.

The rule: **the exact Poisson interval when dispersion cannot be estimated or is at most 1, otherwise
quasi-Poisson with Student's t.** Counts that vary more than chance therefore never get a Poisson
standard error. A zero total beside such counts gets no interval at all, because the log scale has no
room for it and Poisson's interval would be too narrow.

Why exact here, when ``evalkit.rate`` and the other public functions have a less conservative default: a plan is fixed
before the data are seen and its conclusions are public, so its interval must not be too narrow for any true rate, also
at the few events where the score interval is so for some. Its price is width (``docs/statistics/rates.md``).

The rule looks at the data before it chooses, and a method that does so has to show that its intervals
still cover. Measured with ``python benchmarks/coverage.py --draws 4000``: ratio of rate ratios, four cells
of 3, 6 or 36 periods, φ the true variance over the mean, nominal level 95 %, simulation error about ±0.7
percentage points. "False positive" is how often the interval leaves out 1 when there is no effect, "Poisson"
how often the exact Poisson interval does so on the same data, and "coverage" how often the interval holds a
true ratio of 1.5.

=== ======= ==== ============== ======= ========
φ   periods mean false positive Poisson coverage
=== ======= ==== ============== ======= ========
1         3   10          2.4 %   3.0 %   98.0 %
1         3   40          2.8 %   4.2 %   97.5 %
1         6   10          2.6 %   3.3 %   96.7 %
1         6   40          3.2 %   4.1 %   96.8 %
1        36   10          4.8 %   5.1 %   95.5 %
1        36   40          4.9 %   5.5 %   95.8 %
2         3   10          4.0 %  12.7 %   95.7 %
2         3   40          5.0 %  15.2 %   95.1 %
2         6   10          4.9 %  14.1 %   95.0 %
2         6   40          4.8 %  15.6 %   95.0 %
2        36   10          5.0 %  15.2 %   95.5 %
2        36   40          4.5 %  15.5 %   94.9 %
4         3   10          4.9 %  26.9 %   95.1 %
4         3   40          5.4 %  30.3 %   95.2 %
4         6   10          5.1 %  29.4 %   95.6 %
4         6   40          4.6 %  31.7 %   94.8 %
4        36   10          4.7 %  30.7 %   94.8 %
4        36   40          4.9 %  32.8 %   94.9 %
=== ======= ==== ============== ======= ========

What the table does not show: periods that depend on each other. A trend or a season inside a window
counts as dispersion and widens the interval; a run of like months within it is not seen.
"""

from __future__ import annotations

from evalkit.inference.dispersion import Dispersion
from evalkit.inference.method import Method

# Dispersion is a sum of rounded quotients; a value that is 1 by arithmetic must not depend on the last bit.
_CHANCE = 1 + 1e-9


def choose(dispersion: Dispersion | None) -> Method:
    """Exact Poisson when the counts vary no more than chance, quasi-Poisson when they do.

    Examples
    --------
    >>> from evalkit.inference.dispersion import Dispersion
    >>> from evalkit.inference.rule import choose
    >>> choose(None).value, choose(Dispersion(0.8, 6)).value, choose(Dispersion(1.7, 6)).value
    ('exact', 'exact', 'quasi_poisson')
    """
    return Method.QUASI_POISSON if varies_more_than_chance(dispersion) else Method.EXACT


def varies_more_than_chance(dispersion: Dispersion | None) -> bool:
    """Whether φ is known and above 1, for counts and for shares alike."""
    return dispersion is not None and dispersion.phi > _CHANCE
