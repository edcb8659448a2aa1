"""Messages are Swedish unless the environment is English or ``--lang`` says otherwise."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from evalkit import cli
from evalkit.language import Language, language_of


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "sv"),
        ({"LANG": ""}, "sv"),
        ({"LANG": "C"}, "sv"),
        ({"LANG": "C.UTF-8"}, "sv"),
        ({"LANG": "POSIX"}, "sv"),
        ({"LANG": "sv_SE.UTF-8"}, "sv"),
        ({"LANG": "de_DE.UTF-8"}, "sv"),
        ({"LANG": "enm"}, "sv"),
        ({"LANG": "en"}, "en"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "en-GB"}, "en"),
        ({"LANG": "EN_IE@euro"}, "en"),
        ({"LANG": "sv_SE.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "sv_SE.UTF-8"}, "sv"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "en_US.UTF-8", "LC_ALL": "C"}, "sv"),
        ({"LANG": "sv_SE.UTF-8", "LC_MESSAGES": "sv_SE.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": ""}, "en"),
    ],
)
def test_the_locale_chooses(environment, language):
    assert language_of(environment) is Language(language)


@pytest.mark.parametrize(
    ("lang", "option", "told"),
    [
        ("en_GB.UTF-8", (), "The folder does not exist."),
        ("sv_SE.UTF-8", (), "Mappen finns inte."),
        ("en_GB.UTF-8", ("--lang", "sv"), "Mappen finns inte."),
        ("sv_SE.UTF-8", ("--lang", "en"), "The folder does not exist."),
    ],
)
def test_the_option_decides_over_the_locale(lang, option, told, tmp_path, monkeypatch):
    monkeypatch.setenv("LANG", lang)
    done = CliRunner().invoke(cli.app, ["check", str(tmp_path / "ingen"), *option])

    assert done.exit_code == cli.BAD_INPUT
    assert told in done.stderr
