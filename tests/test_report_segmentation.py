"""The report's section on found tokens, and its line in the summary."""

import pytest

from seesay.reporting.report import build
from seesay.reporting.sections import segmentation
from seesay.schemas.scoring import SEGMENTATION
from seesay.settings.report import ReportSettings
from seesay.shared import tables
from support import report_run
from support.report_run import outputs
from support.segmentation import made, tabled

SETTINGS = ReportSettings(title="T", pictures=1, thumbnail=64, rows=3, examples=1)


def scored(phones=True, clustered=True, recordings=60, talkers=12):
    """Rows of SEGMENTATION: the method energy beside uniform, which finds half of its segments."""
    data = made(recordings, talkers)
    if not phones:
        data["phones"] = data["phones"][:0]
    if not clustered:
        data["segments"] = data["segments"].assign(cluster=-1)
    return tabled(data, uniform=data["segments"][::2]).reset_index()


def page(folder, table):
    """The report of a run with these scores (None: without any), and its summary."""
    inputs = report_run.make(folder)
    inputs["segmentation_scores"] = []
    if table is not None:
        path = folder / "scores.parquet"
        tables.write(SEGMENTATION, path, table)
        inputs["segmentation_scores"] = [path]
    out = outputs(folder)
    build(inputs, out, SETTINGS, report_run.CONFIG, report_run.STAGES, folder / "benchmarks")
    return out.report.read_text(), out.summary.read_text()


def test_each_number_stands_in_its_row_beside_the_controls(tmp_path):
    table = scored()
    html, summary = page(tmp_path, table)
    section = html.split('<section id="segmentation"')[1].split("</section>")[0]
    values = table.set_index(["method", "metric"])["value"]
    rows = section.split("<tr")
    for method in ("energy", "uniform", "random"):
        own = [row for row in rows if f">{segmentation.titled(method)}<" in row]
        # By time, and by phones.
        assert len(own) == 2
        for row, metrics in zip(own, (segmentation.BY_TIME, segmentation.BY_PHONES), strict=True):
            cells = [cell.split("<")[0] for cell in row.split('<td class="n">')[2:]]
            assert cells == [f"{values[method, metric]:.1f} %" for metric in metrics]
            assert row.startswith(' class="ours"' if method == "energy" else ' class="theirs"')
    low, high = table.set_index(["method", "metric"]).loc[
        ("energy", "token_f1"), ["ci_low", "ci_high"]
    ]
    assert f"[{low:.1f}, {high:.1f}]" in section
    assert "over 12 talkers" in section
    gap = table.set_index(["method", "metric"]).loc[("random", "token_f1"), "difference"]
    assert f"token F1 +{gap:.1f} points" in section
    assert 'href="#segmentation"' in html
    best = max(values["uniform", "token_f1"], values["random", "token_f1"])
    assert f"token F1 {values['energy', 'token_f1']:.1f} %" in summary
    assert f"{best:.1f} %)" in summary


def test_without_phones_the_page_says_so(tmp_path):
    html, _ = page(tmp_path, scored(phones=False))
    section = html.split('<section id="segmentation"')[1].split("</section>")[0]
    assert "The phones of the speech are not known" in section
    assert "By phones, as the kit" not in section


def test_without_clusters_ned_has_no_number(tmp_path):
    html, _ = page(tmp_path, scored(clustered=False))
    section = html.split('<section id="segmentation"')[1].split("</section>")[0]
    assert "this method makes no clusters" in section
    assert "nan" not in section


def test_too_few_recordings_have_no_intervals(tmp_path):
    table = scored(recordings=9)
    html, _ = page(tmp_path, table)
    section = html.split('<section id="segmentation"')[1].split("</section>")[0]
    assert "intervals over" not in section
    assert "nan" not in section


def test_few_talkers_have_intervals_over_recordings(tmp_path):
    html, _ = page(tmp_path, scored(talkers=3))
    assert "intervals over 20 recordings" in html


def test_given_boundaries_have_no_section(tmp_path):
    html, summary = page(tmp_path, None)
    assert 'id="segmentation"' not in html
    assert "found words" not in summary


@pytest.mark.parametrize("method", ["energy", "uniform"])
def test_the_headline_names_the_best_control(method):
    table = scored()
    table["chosen"] = table["method"] == method
    said = segmentation.headline(table)
    other = "uniform" if method == "energy" else "energy"
    assert said.startswith(f"found words ({method}): boundary F1 ")
    values = table.set_index(["method", "metric"])["value"]
    best = max((other, "random"), key=lambda name: values[name, "boundary_f1"])
    assert f"({segmentation.titled(best)}: {values[best, 'boundary_f1']:.1f} %)" in said
