"""What is installed from a wheel is enough by itself, and holds nothing that does not belong there."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel of a copy of this checkout, in which a careless person has left things lying about."""
    if importlib.util.find_spec("build") is None or importlib.util.find_spec("hatchling") is None:
        pytest.skip("build and hatchling are not installed, so no wheel can be built without a network")
    checkout = tmp_path_factory.mktemp("checkout") / "evalkit"
    for name in ("evalkit", "data_contracts", "analyses", "reports"):
        shutil.copytree(ROOT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, checkout)
    for name in ("analyses/demonstration/__pycache__/x.pyc", "evalkit/__pycache__/y.pyc"):
        (checkout / name).parent.mkdir(exist_ok=True)
        (checkout / name).write_bytes(b"x")
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(checkout)]
    subprocess.run(command, check=True, capture_output=True)
    (made,) = out.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def unpacked(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.mark.parametrize("name", ["data_contracts", "analyses", "reports"])
def test_the_data_of_the_library_are_inside_as_they_are_here(unpacked, name):
    inside = unpacked / "evalkit" / "_resources" / name
    here = {
        path.relative_to(ROOT / name): path.read_bytes()
        for path in (ROOT / name).rglob("*")
        if path.is_file() and not {"__pycache__", "_run", "_out", ".quarto"} & set(path.parts)
    }
    assert here
    assert {path.relative_to(inside): path.read_bytes() for path in inside.rglob("*") if path.is_file()} == here


def test_nothing_else_is_inside(wheel):
    names = zipfile.ZipFile(wheel).namelist()

    assert {name.split("/")[0] for name in names} == {"evalkit", "evalkit-0.1.0.dist-info"}
    assert [name for name in names if "__pycache__" in name or name.endswith(".pyc") or "/tests/" in name] == []
    assert {"evalkit/py.typed", "evalkit/render/embedded/embedded.lua"} <= set(names)


def test_no_notebook_carries_outputs(unpacked):
    for path in unpacked.rglob("*.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        assert [cell["outputs"] for cell in cells if cell.get("outputs")] == [], path.name


def test_it_works_from_an_empty_folder(unpacked, tmp_path):
    variables = {**os.environ, "PYTHONPATH": str(unpacked)}
    where = (
        "import evalkit as ek; print(ek.resources.data_contracts(), ek.resources.analyses(), ek.resources.reports())"
    )
    command = [sys.executable, "-c", where]
    found = subprocess.run(command, cwd=tmp_path, env=variables, stdout=subprocess.PIPE, text=True, check=True).stdout
    assert all(Path(path).is_relative_to(unpacked) for path in found.split())

    command = [sys.executable, "-m", "evalkit.cli", "check", "manniskoexploatering", "--lang", "en"]
    told = subprocess.run(command, cwd=tmp_path, env=variables, stdout=subprocess.PIPE, text=True, check=True).stdout
    assert told.startswith("The analysis plan is valid.")
    assert list(tmp_path.iterdir()) == []
