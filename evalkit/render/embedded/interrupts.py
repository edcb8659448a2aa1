"""Interrupts that wait for a moment at which nothing is half done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def held() -> Iterator[None]:
    """Let an interrupt (Ctrl-C) that comes inside the block take effect when the block has ended.

    Starting or ending a kernel opens sockets in steps; interrupted between two of them it leaves what
    neither jupyter_client nor ZeroMQ can close, and the process hangs or fails with another error. Outside
    the main thread no interrupt arrives, and nothing is done.

    Examples
    --------
    >>> import signal
    >>> from evalkit.render.embedded.interrupts import held
    >>> done = []
    >>> try:
    ...     with held():
    ...         signal.raise_signal(signal.SIGINT)
    ...         done.append("the block")
    ... except KeyboardInterrupt:
    ...     done.append("the interrupt")
    >>> done
    ['the block', 'the interrupt']
    """
    usual = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(usual):
        yield
        return
    came: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda number, frame: came.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
        if came:
            usual(*came[0])
