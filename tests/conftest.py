"""Fixtures that several test files share."""

import os
from pathlib import Path

import pytest
import yaml
from filelock import FileLock

# Processes that the tests start would compile all modules each time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Before the first import, so that asserts in the shared modules show their values too.
pytest.register_assert_rewrite("support")
from support import ROOT  # noqa: E402


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first, so that no worker of a parallel run is left with one of them."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real pictures and speech; the test skips, saying why, when it is absent."""
    folder = Path(os.environ.get("SEESAY_REAL_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; set SEESAY_REAL_DATA to a folder that has it")
    return folder


@pytest.fixture(scope="session")
def small_run(tmp_path_factory) -> Path:
    """A folder in which the small config has run to its report; copy it, never change it.

    It is made once for all workers of a parallel run of the tests.
    """
    from support.workflow import small_config, snakemake

    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "small_run"
    with FileLock(f"{folder}.lock"):
        if not (folder / "results" / "report.html").exists():
            folder.mkdir()
            (folder / "config.yaml").write_text(yaml.safe_dump(small_config()))
            result = snakemake(folder)
            assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-6000:]
    return folder
