"""The table of scores of a segmentation: which recordings, controls, intervals and differences."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from seesay.schemas.audio import PHONES, RECORDINGS, SEGMENTS, SPOKEN_WORDS
from seesay.schemas.scoring import SEGMENTATION
from seesay.schemas.vision import IMAGES
from seesay.scoring.segmentation import boundaries, discovery
from seesay.scoring.segmentation.controls import random_places
from seesay.settings.metrics import MetricsSettings
from seesay.shared import tables
from seesay.shared.errors import InputError
from support.segmentation import TIMES, made, tabled

SCRIPT = Path(__file__).parents[1] / "workflow" / "scripts" / "segmentation_scores.py"


def test_only_recordings_of_test_pictures_are_scored():
    data = made()
    table = tabled(data)
    own = [f"{number:02}" for number in range(0, 60, 3)]
    parts = [data[name] for name in ("segments", "words", "phones")]
    found, words, phones = (part[part["recording_id"].isin(own)] for part in parts)
    expected = boundaries.measures(boundaries.counts(found, words).sum())
    outcome = discovery.discover(found, words, phones)
    by_phones = discovery.measures(outcome.counts.sum()) | outcome.values
    expected |= {f"tde_{name}": value for name, value in by_phones.items()}
    values = table.loc["energy", "value"]
    assert values.to_dict() == pytest.approx({n: float(v) for n, v in expected.items()})
    row = table.loc[("energy", "boundary_f1")]
    assert row[["segments", "words", "recordings", "with_phones"]].tolist() == [
        *(len(found), len(words), 20, 20)
    ]


def test_intervals_generalise_to_talkers_or_else_to_recordings():
    table = tabled(made())
    assert table.loc[("energy", "token_f1"), ["over", "units"]].tolist() == ["talkers", "12"]
    few = tabled(made(talkers=4))
    assert few.loc[("energy", "token_f1"), ["over", "units"]].tolist() == ["recordings", "20"]
    fewer = tabled(made(recordings=30, talkers=4))
    row = fewer.loc[("energy", "token_f1")]
    assert row["over"] == ""
    assert np.isnan(row["ci_low"])
    assert np.isnan(fewer.loc[("random", "token_f1"), "difference_low"])
    assert fewer.loc[("random", "token_f1"), "difference"] > 0


def test_values_lie_in_their_intervals_and_the_interval_shrinks_with_more():
    widths = []
    for number in (60, 240):
        table = tabled(made(number, talkers=number // 3))
        summed = table[table["over"] != ""]
        assert (summed["ci_low"] <= summed["value"]).all()
        assert (summed["value"] <= summed["ci_high"]).all()
        rest = table[table["over"] == ""]
        assert rest["ci_low"].isna().all()
        assert set(rest.index.get_level_values("metric")) >= {"tde_ned", "tde_type_f1"}
        widths.append((summed["ci_high"] - summed["ci_low"]).loc["energy"])
    shrunk = widths[1] / widths[0]
    # A fourth of the variance, by estimates that are themselves uncertain.
    assert shrunk.between(0.25, 0.85).all()


def test_the_interval_is_that_of_independent_talkers():
    """With one recording and ten words a talker, recall's error is that of their shares."""
    rng = np.random.default_rng(3)
    rows, words, segments = [], [], []
    shares = []
    for talker in range(60):
        times = np.arange(11) * 0.5
        right = rng.random(9) < 0.6
        words += [(f"{talker}", a, b) for a, b in pairwise(times)]
        kept = [0, *times[1:-1][right].tolist(), 5]
        segments += [(f"{talker}", a, b) for a, b in pairwise(kept)]
        rows.append((f"{talker}", f"t{talker}", f"p{talker}", 0))
        shares.append(right.mean())
    data = {
        "recordings": pd.DataFrame(rows, columns=["recording_id", "talker", "picture", "caption"]),
        "images": pd.DataFrame({"image_id": [f"p{n}" for n in range(60)], "split": "test"}),
        "words": pd.DataFrame(words, columns=TIMES).assign(word="x"),
        "phones": pd.DataFrame([], columns=[*TIMES, "phone"]),
        "segments": pd.DataFrame(segments, columns=TIMES).assign(cluster=-1),
    }
    table = tabled(data, MetricsSettings(resamples=4000))
    row = table.loc[("energy", "boundary_recall")]
    assert row["value"] == pytest.approx(100 * np.mean(shares))
    error = 100 * np.std(shares, ddof=1) / np.sqrt(60)
    half = (row["ci_high"] - row["ci_low"]) / 2
    assert half == pytest.approx(2.0 * error, rel=0.1)
    assert not [name for _, name in table.index if name.startswith("tde_")]
    assert row["with_phones"] == 0


def test_differences_are_paired_with_the_chosen_method():
    data = made()
    worse = data["segments"].assign(onset=lambda rows: rows["onset"] + 0.05)
    worse = worse[worse["offset"] > worse["onset"]]
    table = tabled(data, uniform=data["segments"], late=worse)
    assert table.loc["energy", "chosen"].all()
    assert table.loc["energy", "difference"].isna().all()
    assert not table.loc["uniform", "chosen"].any()
    same = table.loc["uniform"]
    assert (same["difference"].dropna() == 0).all()
    summed = same[same["over"] != ""]
    assert (summed[["difference_low", "difference_high"]] == 0).all(axis=None)
    row = table.loc[("late", "token_f1")]
    gap = table.loc[("energy", "token_f1"), "value"] - row["value"]
    assert row["difference"] == pytest.approx(gap)
    assert 0 < row["difference_low"] < row["difference"] < row["difference_high"]


def test_the_random_control_has_as_many_segments_and_boundaries_at_any_place():
    found = made(recordings=6)["segments"]
    moved = random_places(found, 1, 0)
    pd.testing.assert_frame_equal(moved, random_places(found, 1, 0))
    assert sorted(moved["cluster"]) == sorted(found["cluster"])
    for name, part in moved.groupby("recording_id"):
        before = found[found["recording_id"] == name].sort_values("onset")
        assert part["onset"].min() == pytest.approx(before["onset"].min(), abs=1e-6)
        assert part["offset"].max() == pytest.approx(before["offset"].max(), abs=1e-6)
        old, new = (np.unique(rows[["onset", "offset"]].round(6)) for rows in (before, part))
        assert len(old) == len(new)
        ranks = [
            np.searchsorted(edges, rows[["onset", "offset"]].round(6))
            for edges, rows in ((old, before), (new, part))
        ]
        assert (ranks[0] == ranks[1]).all()
    other = random_places(found, 2, 0), random_places(found, 1, 1)
    assert all((each["onset"] != moved["onset"]).any() for each in other)


def test_random_boundaries_are_anywhere_alike():
    edges = np.linspace(0, 10, 21)
    found = pd.DataFrame({"recording_id": "a", "onset": edges[:-1], "offset": edges[1:]})
    draws = [random_places(found, 0, draw)["onset"].to_numpy()[1:] for draw in range(400)]
    counts, _ = np.histogram(np.concatenate(draws), bins=10, range=(0, 10))
    # 760 expected in each tenth, with a standard deviation of 26.
    assert (abs(counts - 760) < 110).all()
    assert all((np.diff(each) > 0).all() for each in draws)


def test_the_random_control_is_as_good_as_chance():
    """n random boundaries hit one of 20 ms around within 10 s by 1 - (1 - 0.004)^n."""
    words = pd.DataFrame({"recording_id": "a", "onset": [0.0, 5.0], "offset": [5.0, 10.0]})
    edges = np.linspace(0, 10, 52)
    found = pd.DataFrame({"recording_id": "a", "onset": edges[:-1], "offset": edges[1:]})
    hits = [
        boundaries.counts(random_places(found, 0, draw), words)["boundary_hits"].sum()
        for draw in range(1500)
    ]
    expected = 1 - (1 - 0.004) ** 50
    assert np.mean(hits) == pytest.approx(expected, abs=4 * np.sqrt(expected / 1500))


def write(folder: Path, data) -> list[str | Path]:
    """The tables in files, and the options that name them."""
    known = data["recordings"].assign(
        path="a.wav", digest="", channel=np.int16(0), sample_rate=np.int32(1), duration=1.0
    )
    known["caption"] = known["caption"].astype(np.int32)
    images = data["images"].assign(path="a", digest="", width=np.int32(1), height=np.int32(1))
    talker = known.set_index("recording_id")["talker"]
    ids = {}
    for name in ("words", "segments"):
        rows = data[name].drop_duplicates(["recording_id", "onset"])
        rows = rows.assign(talker=rows["recording_id"].map(talker))
        ids[name] = rows.assign(token_id=rows["recording_id"] + "@" + rows["onset"].map(repr))
    segments = ids["segments"].assign(cluster=ids["segments"]["cluster"].astype(np.int32))
    tables.write(RECORDINGS, folder / "recordings.parquet", known)
    tables.write(IMAGES, folder / "images.parquet", images)
    tables.write(SPOKEN_WORDS, folder / "words.parquet", ids["words"])
    tables.write(PHONES, folder / "phones.parquet", data["phones"])
    tables.write(SEGMENTS, folder / "segments.parquet", segments)
    tables.write(SEGMENTS, folder / "uniform.parquet", segments[::2])
    files = {
        "segments": "segments",
        "recordings": "recordings",
        "spoken-words": "words",
        "images": "images",
        "phones": "phones",
        "controls": "uniform",
    }
    return [
        one for flag, name in files.items() for one in (f"--{flag}", folder / f"{name}.parquet")
    ]


def run(folder: Path, options, method="energy"):
    out = ["--scores", folder / "scores.parquet", "--listed", folder / "scores.tsv"]
    given = ["--settings", json.dumps({"resamples": 50}), "--method", method]
    return subprocess.run(
        [sys.executable, SCRIPT, *options, *out, *given],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_script_writes_the_table_and_its_text(tmp_path):
    options = write(tmp_path, made())
    done = run(tmp_path, options)
    assert done.returncode == 0, done.stderr
    table = tables.read(SEGMENTATION, tmp_path / "scores.parquet")
    assert set(table["method"]) == {"energy", "uniform", "random"}
    assert set(table.loc[table["chosen"], "method"]) == {"energy"}
    text = pd.read_csv(tmp_path / "scores.tsv", sep="\t", keep_default_na=True)
    text = text.sort_values(["method", "metric"])
    assert text["value"].to_numpy() == pytest.approx(table["value"], abs=1e-4, nan_ok=True)
    first = (tmp_path / "scores.parquet").read_bytes()
    assert run(tmp_path, options).returncode == 0
    assert (tmp_path / "scores.parquet").read_bytes() == first


def test_the_script_does_without_phones(tmp_path):
    options = write(tmp_path, made())
    place = options.index("--phones")
    options[place + 1 : place + 2] = []
    assert run(tmp_path, options).returncode == 0
    table = tables.read(SEGMENTATION, tmp_path / "scores.parquet")
    assert not table["metric"].str.startswith("tde_").any()
    assert (table["with_phones"] == 0).all()


def test_no_recording_of_a_test_picture_is_refused(tmp_path):
    data = made()
    data["images"]["split"] = "train"
    done = run(tmp_path, write(tmp_path, data))
    assert done.returncode == 1
    assert "no recording says a caption of a test picture" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "scores.parquet").exists()


def test_pictures_of_all_folds_are_tested():
    data = made()
    other = data["images"].assign(
        split=data["images"]["split"].map(
            {"test": "train", "train": "test", "validation": "validation"}
        )
    )
    both = data | {"images": pd.concat([data["images"], other])}
    assert tabled(both)["recordings"].unique().tolist() == [40]


def test_errors_name_the_table():
    with pytest.raises(InputError, match="words: onset"):
        boundaries.counts(
            pd.DataFrame([], columns=TIMES), pd.DataFrame([("a", 2, 1)], columns=TIMES)
        )
