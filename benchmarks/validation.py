"""Checks the same synthetic visits with evalkit, polars by hand, dataframely and pointblank, each in its own process.

Run ``python benchmarks/validation.py`` (10 million rows; ``pip install dataframely pointblank`` first), or with
``--rows 100000000 --memory`` for evalkit alone and its peak memory. Every tool must list the same rows for the same
rules, or the run stops. Seconds are wall time from the first byte read to the list of rows, without imports; memory is
the peak of the process, imports and all.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import importlib.util
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
import visits

# The evalkit beside this file is measured, not another one that may be installed.
sys.path.insert(0, str(Path(__file__).parents[1]))

GIBIBYTE = 1024**2  # in the units of ru_maxrss
LIMIT = 4.0
Listed = pl.DataFrame  # rule, row


def by_evalkit(path: Path) -> Callable[[], Listed]:
    from evalkit.contracts import Contract
    from evalkit.contracts.bulk import check_parquet
    from evalkit.contracts.schema import check_cells  # noqa: F401 - so that the import of pandera is not timed
    from evalkit.metrics import MetricBook

    contract, book, around = Contract.load("visits"), MetricBook.load(), visits.references()

    def run() -> Listed:
        listing = path.with_suffix(".listing.parquet")
        check_parquet(path, contract, book, references=around, listing=listing)
        found = pl.read_parquet(listing)
        listing.unlink()
        return found.select(rule=pl.concat_str("rule", "column", separator=":"), row="row")

    return run


def conditions() -> dict[str, pl.Expr]:
    """The rules by hand: true where a row breaks them, in the order that they are told."""
    around = visits.references()
    known, column = around["units"]["unit_id"].to_list(), pl.col
    digits = column("unit_id").str.contains("^[0-9]{1,3}$")
    lost = digits & ~column("unit_id").is_in(known) & column("unit_id").str.zfill(4).is_in(known)
    authorities = list(_authorities())
    rules: dict[str, pl.Expr] = {f"empty_cell:{name}": column(name).is_null() for name in REQUIRED}
    for name, accepted in LISTS.items():
        rules[f"not_in_list:{name}"] = ~column(name).is_in(accepted)
    for name in WHOLE:
        rules[f"below_minimum:{name}"] = column(name) < 1
        rules[f"above_maximum:{name}"] = column(name) > 999_999_999  # noqa: PLR2004
    form = column("model").str.contains(r"^[a-z][a-z_]{1,39}$") & (column("model").str.len_chars() <= 40)  # noqa: PLR2004
    rules["wrong_form:model"] = ~form
    rules["leading_zero:unit_id"] = lost
    rules["unknown_reference:unit_id"] = ~column("unit_id").is_in(known) & ~lost
    rules["unknown_reference:source_id"] = ~column("source_id").is_in(around["sources"]["source_id"].to_list())
    rules["unknown_reference:follow_up_of"] = ~column("follow_up_of").is_in(column("visit_id").implode())
    rules["unknown_code:initiated_by"] = ~column("initiated_by").is_in(authorities)
    rules["duplicate_key:visit_id"] = column("visit_id").is_duplicated()
    rules["follow_up_kind:visit_kind"] = column("follow_up_of").is_not_null() & (column("visit_kind") != "uppfoljning")
    rules["outside_model_period:visit_date"] = form & ~lost & outside_model_period() & column("unit_id").is_in(known)
    return rules


def outside_model_period() -> pl.Expr:
    """As a look-up of the one period that a unit has for a model, faster than a join here."""
    periods = visits.references()["model_periods"].select(pl.concat_str("unit_id", "model"), "valid_from")
    start = pl.concat_str("unit_id", "model").replace_strict(
        periods["unit_id"], periods["valid_from"], default=None, return_dtype=pl.Date
    )
    named = pl.col("model").is_not_null() & (pl.col("model") != "ordinary") & pl.col("visit_date").is_not_null()
    return named & ~(start <= pl.col("visit_date")).fill_null(value=False)


def _authorities() -> tuple[str, ...]:
    from evalkit.metrics import MetricBook

    return tuple(MetricBook.load().authority_codes)


REQUIRED = (
    "visit_id", "unit_id", "visit_date", "start_class", "object_type", "visit_kind", "initiated_by",
    "social_services", "ngo_present", "screening", "source_id",
)  # fmt: skip
LISTS = {
    "start_class": list(visits.START),
    "object_type": list(visits.OBJECTS),
    "visit_kind": list(visits.KINDS),
    "social_services": list(visits.SOCIAL),
    "ngo_present": list(visits.ANSWER),
    "screening": list(visits.ANSWER),
}
WHOLE = ("visit_id", "follow_up_of", "occasion_id", "object_no")


def by_polars(path: Path) -> Callable[[], Listed]:
    rules = conditions()

    def run() -> Listed:
        flags = pl.read_parquet(path).select(**rules)
        rows = [flag.arg_true().cast(pl.Int64) + 2 for flag in flags.iter_columns()]
        return pl.concat(
            pl.DataFrame({"row": found}).select(rule=pl.lit(name), row="row")
            for name, found in zip(rules, rows, strict=True)
        )

    return run


def by_dataframely(path: Path) -> Callable[[], Listed]:
    import dataframely as dy

    holds = {name: ~broken for name, broken in conditions().items() if not name.startswith(("empty_cell", "duplicate"))}
    members: dict[str, object] = {
        name: _dataframely_column(dy, name, kind) for name, kind in pl.read_parquet_schema(path).items()
    }
    members["row"] = dy.UInt32(nullable=False)
    for place, (_, expression) in enumerate(holds.items()):
        members[f"r{place}"] = dy.rule()(lambda _, expression=expression: expression)
    schema = type("Visits", (dy.Schema,), members)
    words = {f"r{place}": name for place, name in enumerate(holds)}
    words |= {f"{name}|nullability": f"empty_cell:{name}" for name in REQUIRED}
    words |= {"primary_key": "duplicate_key:visit_id"}

    def run() -> Listed:
        frame = pl.read_parquet(path).with_row_index("row", offset=2)
        _, failed = schema.filter(frame)  # type: ignore[attr-defined]
        return _dataframely_rows(failed, words)

    return run


def _dataframely_column(dy: object, name: str, kind: pl.DataType) -> object:
    make = {pl.Int64: "Int64", pl.Date: "Date"}.get(type(kind), "String")  # type: ignore[call-overload]
    if name == "visit_id":
        return getattr(dy, make)(primary_key=True)
    return getattr(dy, make)(nullable=name not in REQUIRED)


def _dataframely_rows(failed: object, words: dict[str, str]) -> Listed:
    details = failed.details()  # type: ignore[attr-defined]
    rules = [name for name in details.columns if name in words]
    found = []
    for name in rules:
        rows = details.filter(pl.col(name) == "invalid")
        found.append(rows.select(rule=pl.lit(words[name]), row=pl.col("row").cast(pl.Int64)))
    return pl.concat(found)


def by_pointblank(path: Path) -> Callable[[], Listed]:
    import pointblank as pb

    rules = conditions()

    def run() -> Listed:
        frame = pl.read_parquet(path)
        check = pb.Validate(frame)
        for name, broken in rules.items():
            check = _pointblank_step(check, name, broken)
        done = check.interrogate(extract_limit=frame.height)
        found = []
        for place, name in enumerate(rules, start=1):
            rows = done.get_data_extracts(i=place, frame=True)
            if rows is not None and rows.height:
                found.append(rows.select(rule=pl.lit(name), row=pl.col("_row_num_").cast(pl.Int64) + 1))
        return pl.concat(found)

    return run


def _pointblank_step(check: object, name: str, broken: pl.Expr) -> object:
    rule, _, column = name.partition(":")
    if rule == "empty_cell":
        return check.col_vals_not_null(columns=column)  # type: ignore[attr-defined]
    if rule == "duplicate_key":
        return check.rows_distinct(columns_subset=column)  # type: ignore[attr-defined]
    return check.col_vals_expr(expr=~broken.fill_null(value=False))  # type: ignore[attr-defined]


TOOLS: dict[str, tuple[Callable[[Path], Callable[[], Listed]], str | None]] = {
    "polars by hand": (by_polars, None),
    "evalkit": (by_evalkit, None),
    "dataframely": (by_dataframely, "dataframely"),
    "pointblank": (by_pointblank, "pointblank"),
}


def child(tool: str, path: Path) -> None:
    """Run one tool and print what it took and found."""
    run = TOOLS[tool][0](path)
    start = time.perf_counter()
    listed = run()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / GIBIBYTE
    listed = listed.sort("rule", "row")
    counts = dict(listed.group_by("rule").len().sort("rule").iter_rows())
    text = listed.write_csv(None).encode()
    print(json.dumps({"seconds": seconds, "peak": peak, "counts": counts, "rows": hashlib.sha256(text).hexdigest()}))


def measured(tool: str, path: Path) -> dict[str, object]:
    command = [sys.executable, __file__, "--child", tool, "--data", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{tool} failed:\n{done.stderr[-2000:]}")
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(path: Path, rows: int, repeat: int, tools: list[str]) -> None:
    wanted = {name: count for name, count in visits.expected(rows).items() if count}
    runs: dict[str, list[dict[str, object]]] = {tool: [] for tool in tools}
    for _ in range(repeat):  # in turn, so that a busy spell hits all of them
        for tool in tools:
            runs[tool].append(measured(tool, path))
            if runs[tool][-1]["counts"] != wanted:
                raise SystemExit(f"{tool} disagrees: {runs[tool][-1]['counts']} instead of {wanted}")
    if len({run["rows"] for found in runs.values() for run in found}) > 1:
        raise SystemExit("the tools list different rows")
    show(runs, rows, sum(wanted.values()))
    peak = max(float(str(run["peak"])) for run in runs.get("evalkit", []))
    if peak > LIMIT:
        raise SystemExit(f"evalkit needed {peak:.2f} GiB, more than {LIMIT:.0f}")


def show(runs: dict[str, list[dict[str, object]]], rows: int, listed: int) -> None:
    seconds = {tool: [float(str(run["seconds"])) for run in found] for tool, found in runs.items()}
    base = statistics.median(seconds.get("polars by hand", next(iter(seconds.values()))))
    print(f"{rows:,} rows, {listed:,} breaches of {len(visits.FAULTS)} rules listed, the same rows by every tool")
    print(f"{'':<16}{'median s':>10}{'min–max s':>14}{'ratio':>8}{'peak GiB':>10}")
    for tool, found in runs.items():
        took, peak = seconds[tool], max(float(str(run["peak"])) for run in found)
        middle = statistics.median(took)
        spread = f"{min(took):.1f}–{max(took):.1f}"
        print(f"{tool:<16}{middle:>10.2f}{spread:>14}{middle / base:>8.2f}{peak:>10.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--memory", action="store_true", help="evalkit alone, once, and its peak memory")
    parser.add_argument("--folder", type=Path, help="where the data may stand (a temporary folder)")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(given.child, given.data)
        return
    missing = [extra for _, extra in TOOLS.values() if extra and importlib.util.find_spec(extra) is None]
    tools = ["evalkit"] if given.memory else [tool for tool, (_, extra) in TOOLS.items() if extra not in missing]
    if missing and not given.memory:
        print(f"not installed, left out: {', '.join(missing)} (pip install {' '.join(missing)})")
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        path = Path(folder, "visits.parquet")
        visits.write(path, given.rows)
        print(f"visits.parquet: {path.stat().st_size / 1024**3:.2f} GiB")
        print(f"evalkit from {Path(importlib.import_module('evalkit').__path__[0]).parent}")
        compare(path, given.rows, 1 if given.memory else given.repeat, tools)


if __name__ == "__main__":
    main()
