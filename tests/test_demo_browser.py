"""The page of `seesay demo` in a real Chromium: a word into a false microphone, files, keys."""

import re
from itertools import product

import numpy as np
import pytest
import soundfile
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from seesay.audio.word_frames import log_mel
from seesay.commands.demo import one_file, trimming
from seesay.commands.demo.carried import carried, mel
from seesay.commands.demo.chosen import Chosen
from seesay.commands.demo.page import About
from seesay.schemas.vision import IMAGES
from seesay.settings.logmel import LogmelSettings
from seesay.shared import sound, tables
from seesay.shared.columns import FEATURE_BITS
from seesay.shared.errors import InputError
from support.browser import opened
from support.demo_server import longest_word, serving

pytestmark = pytest.mark.browser

VIEWS = {
    "desktop": {"viewport": {"width": 1180, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
    "dark": {"viewport": {"width": 1180, "height": 900}, "color_scheme": "dark"},
}
SPANS, NORMALISED = ("word", "window", "masked"), ("none", "recording", "token")
FOUND = "#say-answer .found li"
HEARD = "#look-answer .heard-words li"


@pytest.fixture(scope="module")
def server(small_run):
    with serving(small_run / "results") as served:
        served.routes.warm()
        yield served


@pytest.fixture(scope="module")
def files(server, tmp_path_factory):
    """A folder: word.wav, microphone.wav (the word in silence) and picture.png of the run."""
    folder = tmp_path_factory.mktemp("given")
    path, onset, offset = longest_word(server.results)
    samples, rate = sound.span(path, onset, offset)
    soundfile.write(folder / "word.wav", samples, rate, subtype="PCM_16")
    noise = np.random.default_rng(0).normal(0, 3e-4, 5 * rate)
    noise[rate : rate + len(samples)] += samples
    soundfile.write(folder / "microphone.wav", noise, rate, subtype="PCM_16")
    images = tables.read(IMAGES, server.results / "pictures" / "images.parquet")
    Image.open(server.results.parent / images["path"][2]).save(folder / "picture.png")
    return folder


def microphone(files):
    """Options of Chromium: the recording in place of a microphone."""
    return [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={files / 'microphone.wav'}%noloop",
    ]


@pytest.fixture
def shown(server, files):
    """The page, with the recording in place of a microphone."""
    with opened(server.url, microphone(files), viewport={"width": 1180, "height": 900}) as browser:
        yield browser
        assert browser.complaints == []
        own = (f"{server.url}/", "data:image/", "blob:")
        assert [address for address in browser.asked if not address.startswith(own)] == []


def ids(server, page):
    """The pictures that the page shows, by their addresses."""
    links = page.locator(f"{FOUND} image").evaluate_all("all => all.map(i => i.href.baseVal)")
    return [server.answers.pictures[int(link.rpartition("/")[2])]["id"] for link in links]


def test_a_word_into_the_microphone_finds_its_pictures(server, files, shown):
    """Exactly as search finds them in the part taken; nearly as in the word that was played."""
    shown.page.click("#record")
    shown.page.wait_for_selector(FOUND)
    found = ids(server, shown.page)
    sent = "ear.sound.arrayBuffer().then(sound => [...new Uint8Array(sound)])"
    (files / "sent.wav").write_bytes(bytes(shown.page.evaluate(sent)))
    samples, rate = soundfile.read(files / "sent.wav", dtype="int16")
    onset, offset = trimming.word(files / "sent.wav")
    soundfile.write(files / "cut.wav", samples[round(onset * rate) : round(offset * rate)], rate)
    assert found == server.search.say(files / "cut.wav")["image_id"].to_list()
    assert found[0] in server.search.say(files / "word.wav", top=5)["image_id"].to_list()
    told = shown.page.inner_text("#say-status")
    taken, whole, after = map(float, re.findall(r"(\d+\.\d+) s", told)[:3])
    seconds = soundfile.info(files / "word.wav").duration
    assert taken == pytest.approx(seconds, abs=0.1)
    assert whole < 4  # the recording of 5 s was ended by the silence after the word
    assert after < 2  # 0.3 s on a machine that does nothing else
    assert shown.page.get_attribute("#record", "aria-pressed") == "false"
    assert shown.page.locator("#say-answer .wave .taken").count() == 1


def test_without_a_microphone_the_page_says_so(server):
    with opened(server.url) as browser:
        browser.page.click("#record")
        browser.page.wait_for_selector("#say-status.fault")
        assert browser.page.inner_text("#say-status").startswith("No microphone: ")


def test_a_chosen_recording_finds_exactly_what_search_finds(server, files, shown):
    shown.page.set_input_files("#recording", files / "word.wav")
    shown.page.wait_for_selector(FOUND)
    wanted = server.search.say(files / "word.wav")
    assert ids(server, shown.page) == wanted["image_id"].to_list()
    cosines = shown.page.locator(f"{FOUND} .numbers span:first-child b").all_inner_texts()
    assert cosines == [f"{cosine:.3f}" for cosine in wanted["cosine"]]
    frame = shown.page.locator(f"{FOUND} rect").first
    x, y, width, height = (int(frame.get_attribute(n)) for n in ("x", "y", "width", "height"))
    box = wanted.loc[0, ["x0", "y0", "x1", "y1"]].to_list()
    assert [x, y, x + width, y + height] == box
    shown.page.select_option("#split", "test")
    shown.page.locator(FOUND).nth(4).wait_for(state="detached")
    test = server.search.say(files / "word.wav", split="test")
    assert ids(server, shown.page) == test["image_id"].to_list()


@pytest.mark.parametrize("way", ["file", "drop"])
def test_a_picture_finds_exactly_the_words_of_search(server, files, shown, way):
    if way == "file":
        shown.page.set_input_files("#picture", files / "picture.png")
    else:
        content = list((files / "picture.png").read_bytes())
        dropped = shown.page.evaluate_handle(
            "bytes => { const files = new DataTransfer();"
            " files.items.add(new File([new Uint8Array(bytes)], 'picture.png')); return files }",
            content,
        )
        shown.page.dispatch_event("#drop", "drop", {"dataTransfer": dropped})
    shown.page.wait_for_selector(HEARD)
    wanted = server.search.look(files / "picture.png")
    assert shown.page.locator(f"{HEARD} .word").all_inner_texts() == wanted["spoken_word"].to_list()
    # The framed place is that of the word that one points at.
    shown.page.locator(HEARD).nth(3).hover()
    now = shown.page.locator("#look-answer rect.now")
    assert now.count() == 1
    assert [int(now.get_attribute(name)) for name in "xy"] == wanted.loc[3, ["x0", "y0"]].to_list()
    end = shown.page.locator(f"{HEARD} audio").first.evaluate(
        "async audio => { audio.parentElement.querySelector('button').click();"
        " await new Promise((done, fail) => { audio.onended = done; setTimeout(fail, 9000) });"
        " return [audio.currentTime, audio.duration] }"
    )
    assert end[0] == pytest.approx(end[1], abs=0.05)


def test_keys_alone_go_from_a_word_to_its_pictures_and_on_to_their_words(server, shown):
    page = shown.page
    page.focus("#own-word")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector(FOUND)
    assert page.inner_text("#say-answer h3") == page.evaluate("demo.data.words[0][1]")
    page.locator(f"{FOUND} button").first.focus()
    first = ids(server, page)[0]
    page.keyboard.press("Enter")
    page.wait_for_selector(HEARD)
    number = [p["id"] for p in server.answers.pictures].index(first)
    wanted = [item["spoken"] for item in server.answers.look_picture(number)["found"]]
    assert page.locator(f"{HEARD} .word").all_inner_texts() == wanted
    page.focus("#own-pictures summary")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".own button[aria-pressed=true]")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"


def test_a_wrong_file_is_refused_on_the_page(server, files):
    with opened(server.url) as browser:
        page = browser.page
        page.set_input_files("#recording", files / "picture.png")
        page.wait_for_selector("#say-status.fault")
        assert page.inner_text("#say-status").startswith("the recording: cannot be read as audio")
        page.set_input_files("#picture", files / "word.wav")
        page.wait_for_selector("#look-status.fault")
        assert page.inner_text("#look-status").startswith("the picture: not a readable file of JP")
        (files / "large").write_bytes(bytes(17 << 20))
        page.set_input_files("#picture", files / "large")
        page.get_by_text("the picture is too large; give a smaller file").wait_for()


@pytest.mark.parametrize("view", VIEWS)
def test_it_has_no_serious_fault_for_readers_with_other_means(server, files, view):
    with opened(server.url, **VIEWS[view]) as browser:
        page = browser.page
        page.set_input_files("#recording", files / "word.wav")
        page.wait_for_selector(FOUND)
        page.set_input_files("#picture", files / "picture.png")
        page.wait_for_selector(HEARD)
        page.click("#own-pictures summary")
        assert (
            page.evaluate("document.documentElement.scrollWidth")
            == (VIEWS[view]["viewport"]["width"])
        )
        violations = Axe().run(page).response["violations"]
        grave = [v for v in violations if v["impact"] in ("serious", "critical")]
        assert [(v["id"], v["nodes"][0]["html"][:200]) for v in grave] == []
        assert browser.complaints == []


def test_a_picture_that_is_gone_is_named(server, files, shown, monkeypatch):
    def gone(number):
        raise InputError("a.png: no such file")

    monkeypatch.setattr(server.answers, "picture", gone)
    server.routes.picture.cache_clear()
    shown.page.set_input_files("#recording", files / "word.wav")
    names = shown.page.locator(f"{FOUND} .gone")
    names.nth(9).wait_for()
    wanted = server.search.say(files / "word.wav")["image_id"]
    captions = {p["id"]: p["captions"][0] for p in server.answers.pictures}
    assert names.all_inner_texts() == [f"{captions[i]} (not to be seen here)" for i in wanted]
    shown.complaints.clear()  # the browser's own, of the pictures


# ---- The page as one file


@pytest.fixture(scope="module")
def one(server, files):
    """The page in a file, with captions that try to be more than text."""
    before = [picture["captions"] for picture in server.answers.pictures]
    for picture in server.answers.pictures:
        picture["captions"] = [f"</script><script>alert(1)</script><b>{picture['id']}</b>"]
    config = {**Chosen.of(server.results, None, None).config, "report": {"title": "<i>Words</i>"}}
    about = About(server.results, config, "paper", 1)
    hearing = carried(server.answers, server.search.model.network, server.search.recipe.logmel)
    (files / "one.html").write_text(one_file.text(about, server.answers, hearing))
    for picture, captions in zip(server.answers.pictures, before, strict=True):
        picture["captions"] = captions
    return files / "one.html"


@pytest.mark.parametrize("view", VIEWS)
def test_the_file_answers_for_its_own_words_and_pictures(server, one, view):
    with opened(one, **VIEWS[view]) as browser:
        page = browser.page
        assert page.inner_text("h1") == "<i>Words</i>"
        token, spoken, *_ = page.evaluate("demo.data.words[4]")
        page.select_option("#own-word", str(token))
        for split in ("all", "test"):
            page.select_option("#split", split)
            wanted = server.answers.say_token(token, None if split == "all" else split)["found"]
            names = [f"</script><script>alert(1)</script><b>{item['picture']['id']}</b>"
                     for item in wanted]  # fmt: skip
            assert page.inner_text("#say-answer h3") == spoken
            told = page.locator(f"{FOUND} p:first-of-type > span:nth-child(2)").all_inner_texts()
            assert told == names
        page.locator(".own button").nth(1).click()
        number = int(page.locator(".own button").nth(1).get_attribute("value"))
        wanted = [item["spoken"] for item in server.answers.look_picture(number)["found"]]
        assert page.locator(f"{HEARD} .word").all_inner_texts() == wanted
        shown = page.locator("#look-answer image").evaluate("image => image.href.baseVal")
        assert shown.startswith("data:image/jpeg")
        assert (
            page.evaluate("document.documentElement.scrollWidth")
            == (VIEWS[view]["viewport"]["width"])
        )
        violations = Axe().run(page).response["violations"]
        assert [v["id"] for v in violations if v["impact"] in ("serious", "critical")] == []
        assert browser.complaints == []
        own = (one.resolve().as_uri(), "data:", "blob:")
        assert [address for address in browser.asked if not address.startswith(own)] == []


def named(page, server):
    """The pictures that the file shows; it holds them as data."""
    names = page.locator(f"{FOUND} p:first-of-type > span:nth-child(2)").all_inner_texts()
    return [re.findall("<b>(.*)</b>", name)[0] for name in names]


def at_its_own_rate(server, files):
    """The word at the rate of the model's frames, so that nobody resamples it: a WAV file."""
    rate = server.search.recipe.logmel.sample_rate
    samples = np.concatenate(list(sound.pieces(files / "word.wav", rate)))
    soundfile.write(files / "own_rate.wav", samples, rate, subtype="PCM_16")
    return files / "own_rate.wav"


def test_the_file_hears_a_recording_as_search_does(server, files, one):
    path = at_its_own_rate(server, files)
    with opened(one) as browser:
        page = browser.page
        page.set_input_files("#recording", path)
        page.wait_for_selector(FOUND)
        wanted, live = server.search.say(path), server.answers.say(path)["found"]
        assert named(page, server) == wanted["image_id"].to_list()
        shown = page.evaluate("carried.decoded(new File([ear.sound], 'a')).then(sound =>"
                              " carried.answer(sound, false))")  # fmt: skip
        for ours, theirs in zip(shown["found"], live, strict=True):
            assert ours["cosine"] == pytest.approx(theirs["cosine"], abs=1e-4)
            assert ours["box"] == theirs["box"]
            assert ours["above"] == pytest.approx(theirs["above"])
            # Of fewer words: four standard errors of a share at most.
            assert ours["wrong"] == pytest.approx(theirs["wrong"], abs=4 * 0.5 / 500**0.5)
        page.select_option("#split", "test")
        page.locator(FOUND).nth(4).wait_for(state="detached")
        test = server.search.say(path, split="test")["image_id"].to_list()
        assert named(page, server) == test
        page.set_input_files("#recording", files / "picture.png")
        page.get_by_text("the recording: cannot be read as audio; replace it").wait_for()
        assert browser.complaints == []


def test_the_file_hears_the_microphone(server, files, one):
    with opened(one, microphone(files)) as browser:
        page = browser.page
        page.click("#record")
        page.wait_for_selector(FOUND)
        best = server.search.say(files / "word.wav", top=5)["image_id"].to_list()
        assert named(page, server)[0] in best
        taken = float(re.findall(r"^(\d+\.\d+) s of", page.inner_text("#say-status"))[0])
        seconds = soundfile.info(files / "word.wav").duration
        assert taken == pytest.approx(seconds, abs=0.1)
        assert browser.complaints == []


def test_the_file_makes_log_mel_vectors_as_seesay_does(server, files, one):
    """Nearly to the bit: a spectrum in double precision may round to the next of 11 bits."""
    samples, rate = soundfile.read(at_its_own_rate(server, files), dtype="float32")
    with opened(one) as browser:
        for span, normalise in product(
            ("word", "window", "masked"), ("none", "recording", "token")
        ):
            settings = LogmelSettings(span=span, normalise=normalise, frames=31, filters=20)
            vector = log_mel(samples, rate, **settings.model_dump())
            wanted = tables.rounded(vector, FEATURE_BITS)[0]
            found = browser.page.evaluate(
                "([mel, samples]) => { carried.hear(mel);"
                " return [...carried.vector(Float32Array.from(samples))]; }",
                [mel(settings), samples.tolist()],
            )
            named = f"{span}, {normalise}"
            np.testing.assert_allclose(found, wanted, rtol=2**-10, atol=1e-3, err_msg=named)
            assert np.mean(np.float32(found) == wanted) > 0.9, named
