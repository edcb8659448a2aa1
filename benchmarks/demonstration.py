"""Seconds and peak memory of each stage of the demonstration.

Run ``make bench``, or ``python benchmarks/demonstration.py``. All stages run in one process, in order: memory
is the peak of the process up to and including the stage (the kernel that runs a report's cells is a process of
its own and is listed apart). The first run carries the cost of loading libraries; the second does not.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
MEBIBYTE = 1024


class Clock:
    """Runs stages and keeps what they took."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, float, float, float]] = []

    def run(self, name: str, work: Callable[[], T]) -> T:
        start = time.perf_counter()
        made = work()
        seconds = time.perf_counter() - start
        own, children = (
            resource.getrusage(who).ru_maxrss / MEBIBYTE for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        self.rows.append((name, seconds, own, children))
        return made

    def show(self) -> None:
        print(f"{'stage':<14}{'seconds':>9}{'peak MiB':>10}{'children':>10}")
        for name, seconds, own, children in self.rows:
            print(f"{name:<14}{seconds:>9.2f}{own:>10.0f}{children:>10.0f}")
        print(f"{'in all':<14}{sum(seconds for _, seconds, *_ in self.rows):>9.2f}")


def measure(clock: Clock, folder: Path) -> None:
    from evalkit import (
        artifacts,
        contracts,
        dataset,
        disclosure,
        evaluation,
        figures,
        panels,
        pipeline,
        plan,
        simulation,
        sources,
    )
    from evalkit.metrics import MetricBook
    from evalkit.render import Engine, Format, render

    book = MetricBook.load()
    chosen = plan.Plan.load(pipeline.analysis_folder(None))
    made = clock.run("simulate", lambda: simulation.simulate(seed=chosen.document.data.seed or 0))
    data = made.write(folder / "data")
    raw = clock.run("read", lambda: sources.read_folder(data))
    clock.run("validate", lambda: contracts.check(raw, contracts.load_contracts(), book))
    loaded = dataset.load(data, book=book)
    grid = clock.run("panel", lambda: panels.panel(loaded, chosen, book=book))
    found = clock.run("estimate", lambda: evaluation.evaluate_panel(chosen, grid, data_digest=loaded.digest, book=book))
    released = clock.run(
        "release", lambda: disclosure.release(found, grid, chosen, dataset_coverage=loaded.coverage, book=book)
    )
    drawn = clock.run("figures", lambda: figures.all_figures(released, chosen, book))
    run = folder / "run"
    clock.run(
        "artifacts",
        lambda: artifacts.write(
            run,
            plan=chosen,
            dataset=loaded,
            released=released,
            figures=drawn,
            true_values={},
            codebook_digest=book.digest,
        ),
    )
    for format_ in (Format.HTML, Format.PDF):
        project = pipeline.copy_project(folder / format_.value, run, chosen, released, data_digest=loaded.digest)
        clock.run(
            f"render {format_.value}",
            lambda project=project, format_=format_: render(
                project,
                pipeline.DOCUMENT,
                folder / f"out-{format_.value}",
                formats=(format_,),
                engine=Engine.EMBEDDED,
                environment={"EVALKIT_RUN": "_run"},
            ),
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=2)
    for number in range(parser.parse_args().repeat):
        clock = Clock()
        with tempfile.TemporaryDirectory() as folder:
            measure(clock, Path(folder))
        print(f"\nrun {number + 1}")
        clock.show()


if __name__ == "__main__":
    main()
