"""A headless Chromium for the tests of pages; Debian's, which `make test SYSTEM=1` installs."""

import shutil
from collections.abc import Iterator, Sequence
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
def opened(page: Path | str, arguments: Sequence[str] = (), **context: object) -> Iterator[Opened]:
    """A page, by its file or address, open in a fresh Chromium; `context` are Playwright's options.

    `arguments` go to Chromium. The test skips where there is none.
    """
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no chromium; `make test SYSTEM=1` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required", *arguments],
        )
        tab = browser.new_context(**context).new_page()
        shown = Opened(tab)
        tab.on("console", lambda m: shown.complaints.append(m.text) if m.type == "error" else None)
        tab.on("pageerror", lambda error: shown.complaints.append(str(error)))
        tab.on("request", lambda request: shown.asked.append(request.url))
        address = page if isinstance(page, str) else page.resolve().as_uri()
        tab.goto(address, wait_until="load")
        try:
            yield shown
        finally:
            browser.close()


def unfold(page: Page) -> None:
    """Open all folded parts of a report."""
    page.eval_on_selector_all("details.fold", "all => all.forEach(one => { one.open = true })")
