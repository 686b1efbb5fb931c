"""The site of `make docs`: all links lead somewhere, and its search needs no network."""

import subprocess
import sys

import pytest

from support import ROOT
from support.browser import opened

pytest.importorskip("sphinx", reason="Sphinx is not installed (the extra dev)")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the built site; a warning, such as of a dead link, is an error."""
    folder = tmp_path_factory.mktemp("site")
    sphinx = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-c", "docs"]
    result = subprocess.run(
        [*sphinx, "-d", folder / "trees", ".", folder / "site"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return folder / "site"


@pytest.mark.slow
def test_the_reference_has_every_function_of_the_packages(site):
    from seesay import audio, captions, learning, scoring, vision

    text = (site / "docs" / "api.html").read_text(encoding="utf-8")
    for package in (audio, captions, learning, scoring, vision):
        for name in package.__all__:
            assert f'id="{package.__name__}.{name}"' in text


@pytest.mark.slow
@pytest.mark.browser
def test_the_search_finds_pages_without_network(site):
    with opened(f"{(site / 'search.html').as_uri()}?q=talker") as shown:
        shown.page.get_by_text("Search finished").wait_for()
        found = shown.page.locator("#search-results li a").all_inner_texts()
    assert "Words that people say" in found
    assert not [address for address in shown.asked if not address.startswith("file:")]
    assert not shown.complaints
