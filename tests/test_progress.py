"""The progress bar in a log."""

import time

import pytest

from seesay.shared import progress


@pytest.mark.parametrize(("seconds", "shown"), [(0.0, ""), (0.3, "counting: 100%")])
def test_a_log_has_the_last_line_of_all_but_quick_work(monkeypatch, capsys, seconds, shown):
    monkeypatch.setattr(progress, "QUICK", 0.2)
    for item in progress.progress(range(3), "counting", total=3):
        time.sleep(seconds if item == 0 else 0)
    said = capsys.readouterr().err
    assert shown in said
    assert bool(said) == bool(shown)
