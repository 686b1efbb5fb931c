"""The section to listen and look in a real browser: by keyboard, by ear, and with hostile texts."""

import pytest

from seesay.reporting.report import build
from seesay.settings.report import ReportSettings
from support import listen_run, report_run
from support.browser import opened, unfold

pytestmark = pytest.mark.browser

SETTINGS = ReportSettings(title="Words", pictures=0, thumbnail=120, rows=50, examples=2)
WORDS = "#listen-words"
PICTURES = "#listen-pictures"
PEOPLE = "#listen-human"
FOCUS = "document.activeElement.id"
SOUNDS = """async panel => {
  const ends = [];
  for (const button of panel.querySelectorAll("button.play")) {
    const audio = button.parentElement.querySelector("audio");
    const ended = new Promise((done, fail) => {
      audio.addEventListener("ended", () => done(audio.currentTime), { once: true });
      audio.addEventListener("error", () => fail(new Error("cannot be played")), { once: true });
      setTimeout(() => fail(new Error("has no end")), 10000);
    });
    button.click();
    ends.push([await ended, audio.duration]);
  }
  return ends;
}"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("listen")
    (folder / "own").mkdir()
    inputs = listen_run.with_human(folder / "own", listen_run.make(folder / "own"))
    (folder / "report").mkdir()
    report = report_run.make(folder / "report") | listen_run.shown(folder, inputs)
    outputs = report_run.outputs(folder)
    build(report, outputs, SETTINGS, report_run.CONFIG, report_run.STAGES, folder / "none")
    return outputs.report


@pytest.fixture
def shown(page):
    with opened(page, viewport={"width": 1100, "height": 900}) as browser:
        unfold(browser.page)
        yield browser
        assert browser.complaints == []
        hosts = [a for a in browser.asked if not a.startswith(("data:", "blob:"))]
        assert hosts == [page.resolve().as_uri()]


def test_the_filter_narrows_the_list_and_says_so(shown):
    options = shown.page.locator(f"{WORDS} [role=option]")
    assert options.count() == 6
    shown.page.fill(f"{WORDS} input", "Do")
    assert options.locator(".name").all_inner_texts() == ["dog"]
    assert shown.page.inner_text(f"{WORDS} [role=status]") == "1 of 6"
    assert shown.page.inner_text(f"{WORDS} h4") == "dog"
    # What a word is said for finds it too.
    shown.page.fill(f"{WORDS} input", "grass")
    assert options.count() == 1
    assert shown.page.inner_text(f"{WORDS} h4") == "bureau said for </script><b>grass"
    shown.page.fill(f"{WORDS} input", "nothing like it")
    assert options.count() == 0
    assert not shown.page.is_visible(f"{WORDS} [role=listbox]")
    assert shown.page.inner_text(f"{WORDS} [role=status]") == "0 of 6"


def test_keyboard_alone_chooses_and_plays(shown):
    keys = shown.page.keyboard
    shown.page.focus(f"{WORDS} input")
    names = shown.page.locator(f"{WORDS} [role=option] .name > span:first-child").all_inner_texts()
    heading = shown.page.locator(f"{WORDS} h4 > span:first-child")
    keys.press("Tab")
    assert shown.page.evaluate(FOCUS) == "listen-words-list"
    for key, place in (("ArrowDown", 1), ("ArrowDown", 2), ("ArrowUp", 1), ("End", 5), ("Home", 0)):
        keys.press(key)
        assert heading.inner_text() == names[place]
        selected = shown.page.locator(f"{WORDS} [aria-selected=true]")
        assert selected.count() == 1
        active = shown.page.get_attribute(f"{WORDS} [role=listbox]", "aria-activedescendant")
        assert selected.get_attribute("id") == active
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert shown.page.evaluate(outline) == "solid"
    keys.press("Tab")
    assert shown.page.evaluate("document.activeElement.className") == "play"
    shown.page.evaluate(
        # Not a value: what is evaluated to a promise is waited for.
        "void (window.ended = new Promise(done => { setTimeout(done, 10000); document.activeElement"
        ".parentElement.querySelector('audio').addEventListener('ended', () => done('ended')); }))"
    )
    keys.press("Enter")
    assert shown.page.evaluate("window.ended") == "ended"


def test_a_human_word_is_heard_beside_the_same_word_by_another(shown):
    people = shown.page.locator(f"{PEOPLE} [role=option]")
    assert people.count() > 3
    shown.page.fill(f"{PEOPLE} input", "shore")
    assert {name.partition(" ")[0] for name in people.locator("small").all_inner_texts()} == {
        "shore"
    }
    shown.page.fill(f"{PEOPLE} input", "")
    sides = shown.page.locator(f"{PEOPLE} article")
    both = [n for n in range(people.count()) if people.nth(n).click() or sides.count() == 2]
    people.nth(both[0]).click()
    panel = shown.page.locator(f"{PEOPLE} .panel")
    assert [sides.nth(n).locator("b").first.inner_text() for n in (0, 1)] == [
        "Human", "The captions’ own talker"
    ]  # fmt: skip
    assert "None" not in panel.inner_text()
    for side in (0, 1):
        assert sides.nth(side).locator(".said-near > li").count() == 4
        assert sides.nth(side).locator(".looks > li").count() == 4
        button = sides.nth(side).locator(".heard")
        ((end, duration),) = button.evaluate(SOUNDS)
        assert end == pytest.approx(duration, abs=0.05)


def test_every_sound_of_every_word_plays_to_its_end(shown):
    options = shown.page.locator(f"{WORDS} [role=option]")
    heard = 0
    for place in range(options.count()):
        options.nth(place).click()
        for end, duration in shown.page.locator(f"{WORDS} .panel").evaluate(SOUNDS):
            assert end == pytest.approx(duration, abs=0.05)
            # 0.2 to 0.35 s, and the margins.
            assert 0.25 <= duration <= 0.5
            heard += 1
    assert heard == 6 * 2


def test_every_sound_of_a_picture_plays_to_its_end(shown):
    ends = shown.page.locator(f"{PICTURES} .panel").evaluate(SOUNDS)
    assert len(ends) == 2 * 4


def test_right_and_wrong_are_marked_and_framed(shown):
    data = "JSON.parse(document.getElementById('listen-data').textContent)"
    page = shown.page.evaluate(data)
    word = page["words"][0]
    marks = shown.page.locator(f"{WORDS} .panel .mark")
    wanted = []
    for token in word["tokens"]:
        for near in page["tokens"][token]["near"]:
            said = "✓ right" if near["right"] else "✗ wrong"
            wanted.append(f"{said}, its own" if near["own"] else said)
    assert marks.all_inner_texts() == wanted
    # Each kind has a colour of its own, all over the section.
    every = shown.page.locator("#listen .mark:visible")
    colours = every.evaluate_all("all => all.map(m => [m.classList[1], getComputedStyle(m).color])")
    assert len({tuple(pair) for pair in colours}) == len({colour for _, colour in colours}) == 2
    near = page["tokens"][word["tokens"][0]]["near"][0]
    frame = shown.page.locator(f"{WORDS} .looks rect").first
    box = [int(frame.get_attribute(name)) for name in ("x", "y", "width", "height")]
    assert box == page["pictures"][near["picture"]]["boxes"][str(near["region"])]


def test_planted_texts_are_shown_as_text(shown):
    texts = shown.page.locator(f"{WORDS} [role=option] .name > span:first-child").all_inner_texts()
    planted = set(listen_run.WORDS) & set(texts)
    assert len(planted) == 6
    for word in texts:
        shown.page.fill(f"{WORDS} input", word)
        assert shown.page.locator(f"{WORDS} h4 > span:first-child").inner_text() == word
    talkers = set()
    shown.page.fill(f"{WORDS} input", "")
    options = shown.page.locator(f"{WORDS} [role=option]")
    for place in range(options.count()):
        options.nth(place).click()
        talkers |= set(shown.page.locator(f"{WORDS} .token b").all_inner_texts())
    assert talkers == set(listen_run.TALKERS)
    captions = shown.page.locator(f"{PICTURES} .captions li").all_inner_texts()
    data = shown.page.evaluate("seesay.data.pictures.find(p => p.place === 1).captions")
    assert captions == data
    assert shown.page.locator("#listen b:text-is('grass')").count() == 0
    scripts = "[...document.scripts].filter(s => s.textContent.startsWith('alert')).length"
    assert shown.page.evaluate(scripts) == 0


def test_pictures_are_chosen_too_and_show_their_fragments(shown):
    options = shown.page.locator(f"{PICTURES} [role=option]")
    assert options.count() == 6
    options.nth(3).click()
    picture = shown.page.evaluate(
        "seesay.pictures && seesay.data.pictures.filter(p => p.fragments)"
        ".sort((a, b) => a.place - b.place)[3]"
    )
    assert shown.page.inner_text(f"{PICTURES} h4") == picture["id"]
    assert shown.page.locator(f"{PICTURES} .whole rect").count() == 2
    said = shown.page.locator(f"{PICTURES} .fragment").first.locator("li b").all_inner_texts()
    tokens = shown.page.evaluate("seesay.data.tokens.map(t => t.word)")
    assert said == [tokens[near["token"]] for near in picture["fragments"][0]["near"]]


def test_a_phone_has_no_sideways_scrolling(page):
    phone = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
    with opened(page, **phone) as browser:
        assert browser.page.evaluate("document.documentElement.scrollWidth") == 390
        browser.page.locator(f"{WORDS} [role=option]").nth(2).tap()
        first = browser.page.locator(f"{WORDS} [role=option] .name > span:first-child").nth(2)
        heading = browser.page.locator(f"{WORDS} h4 > span:first-child")
        assert heading.inner_text() == first.inner_text()
        assert browser.complaints == []


def test_print_shows_the_cases_and_not_the_lists(page):
    with opened(page) as browser:
        browser.page.emulate_media(media="print")
        assert not browser.page.is_visible(WORDS)
        assert browser.page.locator("#listen table.cases:visible").count() == 2
        rows = browser.page.locator("#listen table.cases").first.locator("tbody tr")
        kinds = rows.locator("td:first-child").all_inner_texts()
        assert kinds == ["best", "typical", "worst"]
        assert browser.page.locator("#listen table.cases .mark:visible").count() == 3 * 3 * 2


def test_the_section_has_no_serious_finding_of_accessibility(page):
    from axe_playwright_python.sync_playwright import Axe

    with opened(page, viewport={"width": 1100, "height": 900}) as browser:
        unfold(browser.page)
        violations = Axe().run(browser.page).response["violations"]
        ours = "closest('#listen, #map') !== null"
        found = [
            v
            for v in violations
            if any(
                browser.page.evaluate(f"s => document.querySelector(s).{ours}", n["target"][0])
                for n in v["nodes"]
            )
        ]
        grave = [v for v in found if v["impact"] in ("serious", "critical")]
        assert [(v["id"], v["nodes"][0]["html"][:200]) for v in grave] == []


def test_the_map_has_every_point_and_is_walked_by_keyboard(shown):
    page, keys = shown.page, shown.page.keyboard
    assert page.locator("#map circle.point.word").count() == len(listen_run.WORDS)
    assert page.locator("#map circle.point.fragment").count() == 20
    page.fill("#map-find", "bur")
    assert page.inner_text("#map-shown h3") == "bureau said for </script><b>grass"
    page.focus("#map .plane")
    ring = page.locator("#map .ring")
    before = float(ring.get_attribute("cx")), float(ring.get_attribute("cy"))
    seen = set()
    for key in ("ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"):
        for _ in range(12):
            keys.press(key)
            seen.add(page.inner_text("#map-shown"))
    assert len(seen) > 8
    after = float(ring.get_attribute("cx")), float(ring.get_attribute("cy"))
    assert before != after
    # A fragment is seen, cut out and in its picture; a word is heard.
    page.fill("#map-find", "dog")
    page.focus("#map .plane")
    page.evaluate(
        "void (window.ended = new Promise(done => { setTimeout(done, 10000);"
        "document.querySelector('#map-shown audio').addEventListener('ended', () => done(1)); }))"
    )
    keys.press("Enter")
    assert page.evaluate("window.ended") == 1


def test_a_point_of_the_map_is_shown_when_pointed_at(shown):
    page = shown.page
    point = page.locator("#map circle.point.fragment").first
    point.scroll_into_view_if_needed()
    box = point.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert "picture" in page.inner_text("#map-shown h3")
    assert page.locator("#map-shown svg.look").count() == 2
    item = page.inner_text("#map-shown code")
    points = page.evaluate("JSON.parse(document.getElementById('map-data').textContent).points")
    (chosen,) = [p for p in points if p["item"] == item]
    assert float(point.get_attribute("cx")) == chosen["x"]
