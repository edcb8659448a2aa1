"""The public names, and what it costs to import them."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys
from types import ModuleType

import pytest

import evalkit

HEAVY = ("polars", "pandera", "scipy", "matplotlib", "statsmodels", "nbclient", "pandas", "numpy", "pydantic")
ALL_MODULES = [
    module.name
    for module in pkgutil.walk_packages(evalkit.__path__, "evalkit.")
    if not module.name.endswith("__main__") and "_resources" not in module.name
]


@pytest.mark.parametrize("name", evalkit.__all__)
def test_a_name_resolves_and_says_what_it_is(name: str) -> None:
    found = getattr(evalkit, name)
    assert isinstance(found, ModuleType) == (name == "resources")
    assert inspect.getdoc(found)


def test_the_list_of_names_is_sorted_whole_and_the_one_that_types_see() -> None:
    assert list(evalkit.__all__) == sorted(set(evalkit.__all__))
    assert set(evalkit.__all__) <= set(dir(evalkit))
    assert set(evalkit._HOMES) == set(evalkit.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'compare'"):
        evalkit.compare  # noqa: B018


def test_the_names_stay_right_after_every_module_has_been_imported() -> None:
    """A module named like a function would take its place in the package once somebody imports it."""
    for module in ALL_MODULES:
        importlib.import_module(module)
    for name in evalkit.__all__:
        home = evalkit._HOMES[name]
        if name == "resources":
            assert isinstance(evalkit.resources, ModuleType)
        else:
            assert getattr(evalkit, name) is getattr(importlib.import_module(home), name)


def loaded_after(code: str) -> set[str]:
    script = f"import sys\n{code}\nsys.stderr.write(' '.join(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines()[-1].split())


def test_importing_evalkit_loads_nothing_heavy() -> None:
    assert not loaded_after("import evalkit") & set(HEAVY)


def test_the_help_of_the_command_line_loads_nothing_heavy() -> None:
    run = "from evalkit.cli import app\ntry:\n    app(['--help'])\nexcept SystemExit as end:\n    assert end.code == 0"
    assert not loaded_after(run) & set(HEAVY)


def test_the_version_is_told() -> None:
    run = [sys.executable, "-c", "from evalkit.cli import app; app(['--version'])"]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"evalkit {evalkit.__version__}"
