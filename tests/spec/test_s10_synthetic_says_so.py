"""§5.10 Synthetic data says so, from the source row to the last value made of it."""

from __future__ import annotations

import evalkit as ek
from evalkit.estimands import Series
from evalkit.vocabulary import DateBasis

COVERAGE = """
    unit_id | metric | covered_from | covered_to
    0127    | P1     | 2022-01-01   | 2025-12-31
    0180    | P1     | 2022-01-01   | 2025-12-31
"""


def test_one_synthetic_source_marks_everything_made_from_it(from_tables, plan_of) -> None:
    data = from_tables(coverage=COVERAGE, source_kind="synthetic")
    plan = plan_of()
    grid, found = ek.panel(data, plan), ek.evaluate(plan, data)
    released = ek.release(found, grid, plan)
    assert data.synthetic
    assert grid.synthetic
    assert found.synthetic
    assert released.synthetic
    assert "SYNTHETIC" in repr(grid)
    assert "SYNTHETIC" in repr(released)
    assert "SYNTETISKA" in grid._repr_html_()


def test_real_data_carry_no_such_mark(from_tables) -> None:
    grid = ek.panel(from_tables(coverage=COVERAGE), series=[Series("P1", "N1", DateBasis.HANDELSE)])
    assert not grid.synthetic
    assert "SYNT" not in repr(grid) + grid._repr_html_()


def test_the_simulation_is_synthetic_in_every_row() -> None:
    made = ek.simulate(seed=1)
    (source,) = made.tables["sources"].rows(named=True)
    assert source["source_kind"] == "synthetic"
    for name in ("units", "outcomes", "exposure", "coverage", "model_periods"):
        assert set(made.tables[name]["source_id"]) == {source["source_id"]}
    assert "SYNTHETIC" in repr(made)
