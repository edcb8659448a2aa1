"""The four reports, rendered once for all tests and all processes that run them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest

from evalkit import chapters, pipeline

SLUGS = ("demonstration", "stegvis", "manniskoexploatering", "samordnad-tillsyn-otto")
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)


@dataclass(eq=False)
class Element:
    """A tag of a page with what is inside it."""

    tag: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def all(self, *tags: str) -> Iterator[Element]:
        """Every element inside with one of these tags, or with any, in order."""
        for child in self.children:
            if not tags or child.tag in tags:
                yield child
            yield from child.all(*tags)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag, attrs):
        made = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(made)
        if tag not in _VOID:
            self.open.append(made)

    def handle_endtag(self, tag):
        if any(element.tag == tag for element in self.open):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data):
        for element in self.open:
            element.words.append(data)


@dataclass(frozen=True)
class Report:
    """A rendered report: its folder, its page and its run."""

    slug: str
    folder: Path
    page: Element
    run: chapters.Run

    @property
    def html(self) -> Path:
        return self.folder / "effektutvardering.html"

    @property
    def pdf(self) -> Path:
        return self.folder / "effektutvardering.pdf"


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Test processes wait for each other, so that only the first renders."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Report]:
    """A report by slug."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "rendered-reports"
    shared.mkdir(exist_ok=True)
    found: dict[str, Report] = {}

    def get(slug: str) -> Report:
        if slug not in found:
            with one_at_a_time(shared / f"{slug}.lock"):
                if not (shared / slug / "manifest.json").exists():
                    pipeline.report(slug, out=shared / slug, engine="embedded")
            found[slug] = _read(slug, shared / slug)
        return found[slug]

    return get


def _read(slug: str, folder: Path) -> Report:
    builder = _Builder()
    builder.feed((folder / "effektutvardering.html").read_text("utf-8"))
    return Report(slug, folder, builder.root, chapters.open_run(folder / "artifacts"))


@pytest.fixture(scope="session", params=SLUGS)
def each(request: pytest.FixtureRequest, report: Callable[[str], Report]) -> Report:
    return report(request.param)


@pytest.fixture(scope="session", params=SLUGS[2:])
def real(request: pytest.FixtureRequest, report: Callable[[str], Report]) -> Report:
    return report(request.param)


@pytest.fixture(scope="session")
def demonstration(report: Callable[[str], Report]) -> Report:
    return report("demonstration")


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """Where a program is. Without it the test is skipped, except where EVALKIT_SKIP_NOTHING says that it must run."""

    def find(name: str) -> str:
        found = shutil.which(name)
        if found is None and os.environ.get("EVALKIT_SKIP_NOTHING"):
            pytest.fail(f"{name} is not installed, and EVALKIT_SKIP_NOTHING is set")
        if found is None:
            pytest.skip(f"{name} is not installed")
        return found

    return find
