"""Intervals for counts with exposures, and the rule that says which interval is honest.

One concept per module: ``rates`` (one rate), ``ratios`` (two), ``two_by_two`` (four),
``dispersion`` and ``quasi`` (counts that vary more than chance), ``rule`` (which of them to use)
and ``summed`` (all of it applied to series of periods). Nothing here knows about units, metrics
or plans.
"""
