"""The form of findings/: the scripts are run by hand, for they install packages."""

import re
import subprocess

import pytest

from support import ROOT

SCRIPTS = sorted((ROOT / "findings").glob("*.sh"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_finding_pins_what_it_runs_and_says_what_was_seen(script):
    text = script.read_text(encoding="utf-8")
    assert script.stat().st_mode & 0o111
    assert text.startswith("#!/usr/bin/env bash\n# ")
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0
    assert "# Guess before it was run: " in text
    assert "# Seen: " in text
    installed = re.search(r"pip\" install --quiet (.+)\n", text).group(1).split()
    assert all(re.fullmatch(r"[\w.-]+==[\d.]+", name) for name in installed)
    assert "seesay" not in text
    assert "://" not in text
    assert re.search(r"^ *assert |^\[ ", text, re.MULTILINE)


def test_there_are_findings():
    assert len(SCRIPTS) >= 5
