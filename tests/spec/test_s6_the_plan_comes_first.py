"""§5.6 The plan comes first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

import evalkit as ek
from evalkit.errors import PlanError
from evalkit.plan import Plan


def test_the_digest_is_of_the_content_not_of_its_layout(plan_content, tmp_path: Path) -> None:
    """Comments, order of keys, quotes and a byte-order mark change no digest; one word of a question does."""
    plain = yaml.safe_dump(plan_content, allow_unicode=True)
    turned = "\ufeff# En kommentar\n" + json.dumps(dict(reversed(plan_content.items())), ensure_ascii=False)
    (tmp_path / "a.yaml").write_text(plain, "utf-8")
    (tmp_path / "b.yaml").write_text(turned, "utf-8")
    first, second = Plan.load(tmp_path / "a.yaml"), Plan.load(tmp_path / "b.yaml")
    assert first.digest == second.digest
    plan_content["estimands"][0]["question"]["sv"] += "?"
    assert Plan.from_mapping(plan_content, folder=tmp_path).digest != first.digest


def test_the_digest_is_carried_by_every_estimate(from_tables, plan_of) -> None:
    plan, data = plan_of(), from_tables("", "", "", units=("0127", "0180"))
    found = ek.evaluate(plan, data).provenance
    assert (found.plan_digest, found.data_digest, found.version) == (plan.digest, data.digest, ek.__version__)


def test_a_plan_holds_no_numbers_and_is_printed_before_any_file_is_read(plan_of) -> None:
    shown = repr(plan_of())
    assert shown.splitlines()[1] == "  E1 D3 P1-handelse-N1: Botkyrka jämfört med Stockholm"


def test_a_plan_cannot_be_changed_once_it_is_valid(plan_of) -> None:
    plan = plan_of()
    with pytest.raises(AttributeError):
        plan.folder = Path("annan")
    with pytest.raises(ValueError, match="frozen"):
        plan.document.slug = "annan"


def test_a_comparison_cannot_be_lost_by_writing_a_key_twice(plan_content, tmp_path: Path) -> None:
    """YAML keeps the last of two keys and says nothing; here the file stops."""
    file = tmp_path / "plan.yaml"
    file.write_text(yaml.safe_dump(plan_content, allow_unicode=True) + "\nestimands: []\n", "utf-8")
    with pytest.raises(PlanError) as caught:
        Plan.load(tmp_path)
    (problem,) = caught.value.problems
    assert problem.code == "plan_key_twice"
    assert problem.place.rows == (len(file.read_text("utf-8").splitlines()),)


def test_every_estimand_meets_the_reader_in_the_plans_order(from_tables, plan_content) -> None:
    """Estimands that nothing is known of are in the result like the others."""
    first = plan_content["estimands"][0]
    plan_content["estimands"] = [{**first, "id": id_, "role": "secondary"} for id_ in ("Q3", "Q1", "Q2")]
    plan = ek.Plan.from_mapping(plan_content, folder=None)
    found = ek.evaluate(plan, from_tables("", "", "", units=("0127", "0180")))
    assert [item.estimand_id for item in found] == ["Q3", "Q1", "Q2"]
