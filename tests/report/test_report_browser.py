"""The page in a browser without a network: no error, nothing fetched, no sideways scrolling on a phone."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

PHONE = 360
FRAME = """<!doctype html><title>prov</title><body>
<iframe width={width} height=800 src="{page}"></iframe>
<script>
document.querySelector('iframe').onload = function () {{
  const root = this.contentDocument.documentElement;
  const wide = [...root.querySelectorAll('body *')].filter(
    element => element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX === 'visible'
      && getComputedStyle(element).display === 'block');
  const fetched = this.contentWindow.performance.getEntriesByType('resource').map(entry => entry.name);
  document.title = JSON.stringify({{
    scroll: root.scrollWidth, width: root.clientWidth, wide: wide.map(element => element.tagName + '#' + element.id),
    fetched: fetched.filter(name => !name.startsWith('data:')),
  }});
}};
</script>"""


@pytest.fixture
def opened(each, program, tmp_path):
    """The page in a frame as wide as a phone: what the frame measured, and what the console said."""
    shutil.copy(each.html, tmp_path / "sida.html")
    (tmp_path / "ram.html").write_text(FRAME.format(width=PHONE, page="sida.html"), "utf-8")
    command = [
        program("chromium"),
        *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
        *("--allow-file-access-from-files", "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr"),
        f"--user-data-dir={tmp_path / 'profil'}",
        *("--virtual-time-budget=8000", "--dump-dom", (tmp_path / "ram.html").as_uri()),
    ]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120, check=True)


def test_the_page_works_alone_and_fits_a_phone(opened):
    import html
    import json

    measured = json.loads(html.unescape(re.search(r"<title>(\{.*?\})</title>", opened.stdout).group(1)))
    assert PHONE - 40 < measured["width"] <= PHONE
    assert measured["scroll"] <= measured["width"]
    assert measured["wide"] == []
    assert measured["fetched"] == []
    assert not re.findall(r"CONSOLE.*", opened.stderr)
