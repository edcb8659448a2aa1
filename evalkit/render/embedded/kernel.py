"""A Jupyter kernel of our own interpreter, which needs no installed kernelspec and leaves nothing behind."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from evalkit.render.embedded.interrupts import held
from evalkit.render.epoch import EPOCH

if TYPE_CHECKING:
    from nbclient import NotebookClient
    from nbformat import NotebookNode

_NAME = "evalkit"
_CELL_SECONDS = 3600
_FIGURES = "svg.hashsalt: evalkit\nsvg.fonttype: path\n"


@contextmanager
def running_kernel(notebook: NotebookNode, *, folder: Path, environment: Mapping[str, str]) -> Iterator[NotebookClient]:
    """A client with a started kernel, working in ``folder``; the kernel is ended however the block ends."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient

    with tempfile.TemporaryDirectory(prefix="evalkit-kernel-") as home:
        _write_spec(Path(home))
        manager = AsyncKernelManager(
            kernel_name=_NAME,
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[home], ensure_native_kernel=False),
            connection_file=str(Path(home) / "connection.json"),
            # Encrypted local sockets; ipykernel warns of plain ones, and `ipc` depends on the working folder.
            transport_encryption="auto",
        )
        client = NotebookClient(
            notebook, km=manager, timeout=_CELL_SECONDS, resources={"metadata": {"path": str(folder)}}
        )
        with ExitStack() as started:
            with held():
                started.enter_context(client.setup_kernel(env=_variables(Path(home), environment), cleanup_kc=True))
            try:
                yield client
            finally:
                with held():
                    started.close()


def _write_spec(home: Path) -> None:
    spec = {
        "argv": [
            sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}",
            "--InlineBackend.figure_formats={'svg'}",
        ],
        "display_name": _NAME,
        "language": "python",
        "metadata": {"supported_encryption": ["curve"]},
    }  # fmt: skip
    (home / _NAME).mkdir()
    (home / _NAME / "kernel.json").write_text(json.dumps(spec), "utf-8")
    (home / "matplotlibrc").write_text(_FIGURES, "utf-8")


def _variables(home: Path, environment: Mapping[str, str]) -> dict[str, str]:
    return {
        **os.environ,
        # A person's own start-up files and styles must not reach a report.
        "IPYTHONDIR": str(home / "ipython"),
        "MATPLOTLIBRC": str(home / "matplotlibrc"),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONHASHSEED": "0",
        "SOURCE_DATE_EPOCH": EPOCH,
        **environment,
    }
