import pytest

from evalkit import resources
from evalkit.errors import CodebookError


def test_folders_of_the_checkout():
    assert (resources.data_contracts() / "outcomes.odcs.yaml").is_file()


def test_the_wheel_comes_first(tmp_path, monkeypatch):
    (tmp_path / "evalkit" / "_resources" / "reports").mkdir(parents=True)
    (tmp_path / "reports").mkdir()
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "evalkit")

    assert resources.reports() == tmp_path / "evalkit" / "_resources" / "reports"


def test_a_broken_installation_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "evalkit")
    with pytest.raises(CodebookError, match="Mappen analyses saknas i installationen"):
        resources.analyses()
