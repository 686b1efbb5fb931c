"""Captions to hear: which fragment each moment is most similar to, against loops."""

import base64
import io
import json
import re

import numpy as np
import pytest
import soundfile
import yaml

from seesay.exhibits.choice import chosen
from seesay.exhibits.clips import SHARE
from seesay.exhibits.listen import prepare
from seesay.exhibits.listen_captions import nearest
from seesay.planning import choices, stamps
from seesay.planning.config import load
from seesay.reporting.report import build
from seesay.schemas.audio import RECORDINGS, SPOKEN_WORDS
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.learning import IMAGE_EMBEDDINGS, MOMENTS
from seesay.schemas.vision import CAPTIONS, IMAGES
from seesay.settings.captions.evaluation import CaptionEvaluation
from seesay.settings.report import ReportSettings
from seesay.shared import tables
from seesay.shared.columns import sized
from seesay.shared.errors import InputError
from seesay.shared.tables import REJECTS
from support import configs, listen_run, report_run
from support.browser import opened, unfold
from support.evaluation import cosine

POOLED = CaptionEvaluation(caption_pooling="misa", temperature=0.1)
PLACE = "#listen-captions"


def run(folder, inputs, settings=listen_run.SETTINGS):
    out, rejects = folder / "listen.json", folder / "rejects.parquet"
    told = (settings, listen_run.ABOUT, listen_run.FRAMES, listen_run.HOP)
    prepare(inputs, out, rejects, *told, evaluation=POOLED)
    return json.loads(out.read_text(encoding="utf-8")), tables.read(REJECTS, rejects)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    inputs = listen_run.with_whole(folder, listen_run.make(folder))
    page, rejects = run(folder, inputs)
    assert rejects.empty
    return inputs, page


def embedded(table, path, keys):
    """Embeddings by their keys, straight from the file."""
    frame = tables.read(table, path)
    return dict(zip(zip(*(frame[key] for key in keys)), frame["embedding"], strict=True))  # noqa: B905


def caption_recordings(inputs):
    """The recording that says each picture's caption."""
    said = tables.read(SPOKEN_CAPTIONS, inputs.spoken_captions)
    words = tables.read(SPOKEN_WORDS, inputs.spoken_words)
    joined = said.merge(words, on="token_id")
    return dict(zip(joined["image_id"], joined["recording_id"], strict=True))


def test_the_fragment_of_each_moment_is_the_most_similar_of_its_picture_by_a_loop(world):
    inputs, page = world
    fragments = embedded(IMAGE_EMBEDDINGS, inputs.images, ["image_id", "region"])
    moments = embedded(MOMENTS, inputs.whole[0], ["recording_id", "moment"])
    recordings = caption_recordings(inputs)
    looked = set()
    assert len(page["captions"]) == 6
    for caption in page["captions"]:
        image_id = page["pictures"][caption["picture"]]["id"]
        assert caption["id"] == f"{image_id}#0"
        own = {region: row for (image, region), row in fragments.items() if image == image_id}
        heard = [row for (name, _), row in moments.items() if name == recordings[image_id]]
        assert len(heard) == len(caption["moments"]) > 5
        for row, (onset, offset, region, similar, mean) in zip(
            heard, caption["moments"], strict=True
        ):
            cosines = {number: cosine(row, fragment) for number, fragment in own.items()}
            if np.any(row):
                assert region == max(cosines, key=cosines.get)
            else:
                assert (region, similar) == (0, 0)
            assert similar == pytest.approx(max(cosines.values()), abs=6e-4)
            assert mean == pytest.approx(sum(cosines.values()) / len(cosines), abs=6e-4)
            assert offset - onset == pytest.approx(0.08)
            looked.add(region)
    assert looked == {0, 1, 2}


def test_of_equally_similar_fragments_the_first_counts():
    fragments = np.array([[1, 0], [0, 2], [0, 1]], np.float32)
    best, top, mean = nearest(np.array([[0, 3], [4, 0], [0, 0]], np.float32), fragments)
    assert best.tolist() == [1, 0, 0]
    assert top.tolist() == [1, 1, 0]
    assert mean == pytest.approx([2 / 3, 1 / 3, 0])


def test_captions_are_ranked_by_their_pooled_score_and_spread_over_the_ranking(world):
    inputs, page = world
    fragments = embedded(IMAGE_EMBEDDINGS, inputs.images, ["image_id", "region"])
    moments = embedded(MOMENTS, inputs.whole[0], ["recording_id", "moment"])
    pictures = tables.read(IMAGES, inputs.pictures)
    test = pictures.loc[pictures["split"] == "test", "image_id"].tolist()
    wanted = {}
    for image_id, recording in caption_recordings(inputs).items():
        heard = [row for (name, _), row in moments.items() if name == recording]
        scores = {}
        for other in test:
            own = [fragments[other, region] for region in range(3)]
            scores[other] = np.mean([max(cosine(row, each) for each in own) for row in heard])
        if image_id in test:
            better = sum(score > scores[image_id] + 1e-9 for score in scores.values())
            tied = sum(abs(score - scores[image_id]) <= 1e-9 for score in scores.values())
            wanted[f"{image_id}#0"] = better + (tied + 1) / 2
    order = sorted(wanted, key=lambda name: (wanted[name], name))
    shown = [order[at] for at in chosen(len(order), listen_run.SETTINGS.pictures, 1)]
    assert [caption["id"] for caption in page["captions"]] == shown
    assert [caption["rank"] for caption in page["captions"]] == [wanted[name] for name in shown]
    assert [caption["place"] - 1 for caption in page["captions"]] == [
        order.index(name) for name in shown
    ]
    kinds = [caption["kind"] for caption in page["captions"] if caption["kind"]]
    assert kinds == ["best", "typical", "worst"]
    about = page["by_caption"]
    assert (about["size"], about["queries"]) == (len(test), len(order)) == (8, 8)
    assert (about["median"], about["chance"]) == (np.median([*wanted.values()]), 4.5)


def test_the_words_are_the_true_ones_at_their_times(world):
    inputs, page = world
    true = tables.read(SPOKEN_WORDS, inputs.whole[1]).sort_values("onset")
    texts = tables.read(CAPTIONS, inputs.captions).set_index(["image_id", "caption"])["text"]
    recordings = caption_recordings(inputs)
    for caption in page["captions"]:
        image_id = caption["id"].removesuffix("#0")
        own = true[true["recording_id"] == recordings[image_id]]
        assert [word for _, _, word in caption["said"]] == own["word"].tolist()
        times = [span[:2] for span in caption["said"]]
        assert times == own[["onset", "offset"]].round(3).to_numpy().tolist()
        assert caption["word"] == texts[image_id, 0]


def test_a_caption_is_heard_from_its_begin_to_its_end(world):
    inputs, page = world
    duration = tables.read(RECORDINGS, inputs.recordings).set_index("recording_id")["duration"]
    recordings = caption_recordings(inputs)
    for caption in page["captions"]:
        content = base64.b64decode(caption["sound"].partition(",")[2])
        samples, rate = soundfile.read(io.BytesIO(content))
        seconds = duration[recordings[caption["id"].removesuffix("#0")]]
        # Words are cut at `seconds` of the settings; captions are not.
        assert seconds > listen_run.SETTINGS.seconds
        assert len(samples) / rate == pytest.approx(seconds, abs=1e-3)
        assert caption["seconds"] == pytest.approx(seconds, abs=1e-3)


def test_captions_keep_to_their_share_of_the_room_the_cases_first(world, tmp_path):
    inputs, page = world
    largest = max(len(caption["sound"]) for caption in page["captions"])
    room = {"sound_megabytes": 4 * largest / SHARE / 1e6}
    small, _ = run(tmp_path, inputs, listen_run.SETTINGS.model_copy(update=room))
    sounds = [len(caption["sound"]) for caption in small["captions"]]
    assert sum(sounds) <= 4 * largest
    assert 3 <= sum(map(bool, sounds)) < 6
    assert all(caption["sound"] for caption in small["captions"] if caption["kind"])
    assert {c["why"] for c in small["captions"] if not c["sound"]} == {"no room"}
    silent = sum(not token["sound"] for token in small["tokens"]) + sounds.count(0)
    undrawn = sum(token.get("mel") == "" for token in small["tokens"])
    assert small["silent"] == silent + undrawn


def test_a_recording_that_cannot_be_read_is_rejected_by_its_caption(world, tmp_path):
    inputs = listen_run.with_whole(tmp_path, listen_run.make(tmp_path))
    recording = caption_recordings(inputs)["pic 03"]
    (tmp_path / f"{recording}.wav").write_bytes(b"no sound")
    settings = listen_run.SETTINGS.model_copy(update={"pictures": 40})
    page, rejects = run(tmp_path, inputs, settings)
    (lost,) = [caption for caption in page["captions"] if caption["why"] == "cannot be read"]
    assert lost["id"] == "pic 03#0"
    assert "pic 03#0" in set(rejects["id"])
    assert lost["moments"]


def test_a_caption_without_moments_is_told_in_one_line(tmp_path):
    inputs = listen_run.with_whole(tmp_path, listen_run.make(tmp_path))
    frame = tables.read(MOMENTS, inputs.whole[0])
    frame = frame[frame["recording_id"] != caption_recordings(inputs)["pic 03"]]
    with tables.Writer(sized(MOMENTS, embedding=5), inputs.whole[0]) as writer:
        rest = {name: frame[name].tolist() for name in (*MOMENTS.key, "onset", "offset")}
        writer.write(rest | {"embedding": np.stack(frame["embedding"])})
    with pytest.raises(InputError, match=r"has none, and a caption needs it; make caption_frames"):
        run(tmp_path, inputs)


def test_networks_that_hear_words_have_no_captions(tmp_path):
    inputs = listen_run.make(tmp_path)
    page = json.loads(listen_run.shown(tmp_path, inputs)["listen"].read_text())
    assert not {"captions", "by_caption"} & set(page)


def test_only_the_stamp_of_a_network_that_hears_captions_has_their_code():
    values = configs.complete("captions.yaml")
    config = load(yaml.safe_load(yaml.safe_dump(values)))
    for name, whole in (("best", False), ("captions", True)):
        stamp = stamps.stamp("listen", chosen=choices.of_experiment(config, name))
        modules = {entry.split(":")[0] for entry in stamp}
        wanted = {"seesay.exhibits.listen_captions", "seesay.scoring.captions.moments"}
        assert modules & wanted == (wanted if whole else set())


# ---- the page


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("listen")
    (folder / "own").mkdir()
    inputs = listen_run.with_whole(folder / "own", listen_run.make(folder / "own"))
    (folder / "report").mkdir()
    report = report_run.make(folder / "report") | listen_run.shown(folder, inputs, POOLED)
    outputs = report_run.outputs(folder)
    settings = ReportSettings(title="Words", pictures=0, thumbnail=120, rows=50, examples=2)
    build(report, outputs, settings, report_run.CONFIG, report_run.STAGES, folder / "none")
    return outputs.report


@pytest.fixture
def shown(page):
    with opened(page, viewport={"width": 1100, "height": 900}) as browser:
        unfold(browser.page)
        yield browser.page
        assert browser.complaints == []


def test_the_page_says_who_reads_the_words(page):
    text = re.sub(r"\s+", " ", page.read_text(encoding="utf-8"))
    assert "6 of 8 captions of test pictures" in text
    assert "for you alone: training reads no words and no word times" in text
    assert re.search(r"among 8 test pictures \(all captions: median \d\.\d, chance 4\.5\)", text)


@pytest.mark.browser
def test_bars_and_words_stand_at_their_times_in_the_colours_of_the_frames(shown):
    shown.locator(f"{PLACE} [role=option]").nth(1).click()
    caption = shown.evaluate("seesay.data.captions[1]")
    picture = shown.evaluate("seesay.data.pictures[seesay.data.captions[1].picture]")
    total = max(caption["seconds"], caption["moments"][-1][1])
    strip = shown.locator(f"{PLACE} .strip").bounding_box()
    edge = "all => all.map(one => [one.getBoundingClientRect().left, one.offsetWidth])"
    for kind, spans in (("moment", caption["moments"]), ("spoken > span", caption["said"])):
        found = shown.locator(f"{PLACE} .strip .{kind}").evaluate_all(edge)
        assert len(found) == len(spans) > 3
        for (left, width), (onset, offset, *_) in zip(found, spans, strict=True):
            onset = max(onset, 0)
            assert (left - strip["x"]) / strip["width"] == pytest.approx(onset / total, abs=2e-3)
            assert width / strip["width"] == pytest.approx((offset - onset) / total, abs=4e-3)
    assert shown.locator(f"{PLACE} .spoken > span").all_inner_texts() == [
        word for _, _, word in caption["said"]
    ]
    # Each bar has the colour of the frame around its own fragment.
    style = "all => all.map(one => [getComputedStyle(one).stroke, one.x.baseVal.value])"
    frames = dict(shown.locator(f"{PLACE} .whole rect").evaluate_all(style))
    bars = shown.locator(f"{PLACE} .moment > i").evaluate_all(
        "all => all.map(one => [getComputedStyle(one).backgroundColor, one.offsetHeight])"
    )
    regions = [str(moment[2]) for moment in caption["moments"]]
    assert len(frames) == len(set(regions)) > 1
    assert [frames[colour] for colour, _ in bars] == [picture["boxes"][r][0] for r in regions]
    # The higher the bar, the more similar.
    cosines = [moment[3] for moment in caption["moments"]]
    assert np.corrcoef([height for _, height in bars], cosines)[0, 1] > 0.99


@pytest.mark.browser
def test_as_the_caption_plays_the_fragment_of_the_moment_is_framed(shown):
    shown.locator(f"{PLACE} [role=option]").nth(0).click()
    caption = shown.evaluate("seesay.data.captions[0]")
    picture = shown.evaluate("seesay.data.pictures[seesay.data.captions[0].picture]")
    seen = shown.evaluate(
        """async place => {
          const found = [], panel = document.querySelector(place);
          const audio = panel.querySelector("audio");
          const ended = new Promise((done, fail) => {
            audio.addEventListener("ended", done, { once: true });
            setTimeout(() => fail(new Error("has no end")), 15000);
          });
          const look = () => {
            const moment = panel.querySelector(".moment.now");
            const frame = panel.querySelector("rect.now");
            const at = [...moment.parentElement.children].indexOf(moment);
            found.push([audio.currentTime, at, frame && frame.x.baseVal.value]);
            if (!audio.ended) requestAnimationFrame(look);
          };
          panel.querySelector("button.play").click();
          requestAnimationFrame(look);
          await ended;
          return found;
        }""",
        PLACE,
    )
    moments = caption["moments"]
    assert len({at for _, at, _ in seen}) > len(moments) / 2
    late = 0
    for time, at, left in seen:
        assert left == picture["boxes"][str(moments[at][2])][0]
        # A frame of the page may come between the look and the sound.
        late += not moments[at][0] - 0.1 <= time <= moments[at][1] + 0.1
    assert late < 0.1 * len(seen)


@pytest.mark.browser
def test_the_slider_shows_a_moment_without_sound(shown):
    shown.locator(f"{PLACE} [role=option]").nth(2).click()
    caption = shown.evaluate("seesay.data.captions[2]")
    shown.focus(f"{PLACE} input[type=range]")
    for _ in range(4):
        shown.keyboard.press("ArrowRight")
    onset, offset, _, similar, mean = caption["moments"][4]
    said = shown.inner_text(f"{PLACE} .now-said")
    assert said.startswith(f"{onset:.2f} to {offset:.2f} s: fragment ")
    assert f"cosine {similar:.2f} (mean of all fragments {mean:.2f})" in said
    assert shown.locator(f"{PLACE} .moment.now").count() == 1
    assert shown.get_attribute(f"{PLACE} input[type=range]", "aria-valuetext") == said


@pytest.mark.browser
def test_captions_have_no_serious_finding_of_accessibility(shown):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(shown, context=PLACE).response["violations"]
    grave = [v for v in found if v["impact"] in ("serious", "critical")]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in grave] == []
