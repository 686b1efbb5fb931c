"""A headless Chromium for the tests of pages; Debian's, which `make test SYSTEM=1` installs."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright


@dataclass
class Opened:
    """An open page, what its console complained of, and the addresses that it asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@contextmanager
def opened(path: Path, **context: object) -> Iterator[Opened]:
    """The page in a file, open in a fresh Chromium; `context` are Playwright's options.

    The test skips where there is no Chromium.
    """
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no chromium; `make test SYSTEM=1` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        page = browser.new_context(**context).new_page()
        shown = Opened(page)
        page.on("console", lambda m: shown.complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: shown.complaints.append(str(error)))
        page.on("request", lambda request: shown.asked.append(request.url))
        page.goto(path.resolve().as_uri(), wait_until="load")
        try:
            yield shown
        finally:
            browser.close()


def unfold(page: Page) -> None:
    """Open all folded parts of a report."""
    page.eval_on_selector_all("details.fold", "all => all.forEach(one => { one.open = true })")
