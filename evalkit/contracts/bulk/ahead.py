"""Making the next batch while the one before is in use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def ahead(items: Iterable[Item]) -> Iterator[Item]:
    """The same items in the same order, each made in another thread while the one before is in use.

    Reading and checking take turns on one core otherwise: polars lets go of the interpreter while it works. One item
    is made ahead and no more, so that memory stays bounded. What making an item raises, asking for it raises.

    Examples
    --------
    >>> from evalkit.contracts.bulk.ahead import ahead
    >>> list(ahead(range(3)))
    [0, 1, 2]
    """
    making = iter(items)
    with ThreadPoolExecutor(max_workers=1) as maker:
        waiting = maker.submit(_next, making)
        while found := waiting.result():
            waiting = maker.submit(_next, making)
            yield found.pop()


def _next(making: Iterator[Item]) -> list[Item]:
    """The next item alone in a list, which is empty at the end; so that only its user holds it."""
    return list(islice(making, 1))
