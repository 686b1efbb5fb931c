"""Composed scenes: layouts that keep their bounds, captions that are true, enough words."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from seesay.corpora import pascal1k
from seesay.schemas.vision import THINGS_TABLE
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.randomness import generator
from seesay.vision.scene_captions import Placed, Scene, Speaker, describe, progressive, third_person
from seesay.vision.scene_drawing import drawing, painted, tilted
from seesay.vision.scene_words import ADVERBS, BACKGROUNDS, COLOURS, SIZES, SKIES, THINGS, WALLS
from seesay.vision.scenes import ScenesSettings, covered, draw, write_scenes

SETTINGS = ScenesSettings(
    count=60,
    size=96,
    seed=1,
    least_things=2,
    most_things=4,
    small=(0.195, 0.246),
    medium=(0.29, 0.367),
    big=(0.438, 0.57),
    tilt=10,
    overlap=0.08,
)
FUNCTION_WORDS = set(
    re.findall(
        "[a-z]+",
        "a above against an and below beside by in is it near of on over some the there under "
        "while with",
    )
)
NOUNS = {name for thing in THINGS for name in thing.names.split()}


@pytest.fixture(scope="module")
def drawn():
    return [draw(SETTINGS, index) for index in range(1, SETTINGS.count + 1)]


def words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


def test_drawings_stay_inside_and_hardly_overlap(drawn):
    for one in drawn:
        boxes = [placed.box for placed in one.scene.things]
        assert SETTINGS.least_things <= len(boxes) <= SETTINGS.most_things
        for number, (x0, y0, x1, y1) in enumerate(boxes):
            assert 0 <= x0 < x1 <= SETTINGS.size
            assert 0 <= y0 < y1 <= SETTINGS.size
            assert all(covered(boxes[number], other) <= 0.08 for other in boxes[:number])


def test_size_classes_are_the_settings_shares(drawn):
    for one in drawn:
        for placed in one.scene.things:
            x0, y0, x1, y1 = placed.box
            low, high = getattr(SETTINGS, placed.size)
            # A side is a whole number of px.
            assert low * SETTINGS.size - 0.5 <= max(x1 - x0, y1 - y0) <= high * SETTINGS.size + 0.5


def test_shared_area_by_hand():
    assert covered((0, 0, 10, 10), (5, 5, 15, 25)) == pytest.approx(25 / 100)
    assert covered((0, 0, 10, 10), (10, 0, 20, 10)) == 0
    assert covered((0, 0, 10, 10), (2, 2, 4, 4)) == 1


def test_a_scene_depends_on_its_own_number_alone(drawn):
    again = draw(SETTINGS.model_copy(update={"count": 3}), 17)
    assert again.captions == drawn[16].captions
    assert again.image.tobytes() == drawn[16].image.tobytes()
    other = draw(SETTINGS.model_copy(update={"seed": 2}), 17)
    assert other.captions != again.captions


def test_captions_name_only_what_is_drawn(drawn):
    for one in drawn:
        named = {word for text in one.captions for word in words(text)} & NOUNS
        there = {name for placed in one.scene.things for name in placed.thing.names.split()}
        assert named <= there
        assert len(set(one.captions)) == 5


def test_colours_and_sizes_are_those_of_the_drawing(drawn):
    size_of = {word: name for name, said in SIZES.items() for word in said}
    checked = 0
    for one in drawn:
        by_name = {
            name: placed for placed in one.scene.things for name in placed.thing.names.split()
        }
        for text in one.captions:
            said = words(text)
            for position, word in enumerate(said):
                if word not in by_name:
                    continue
                colour = position > 0 and said[position - 1] in COLOURS
                if colour:
                    assert said[position - 1] == by_name[word].colour
                before = said[max(0, position - 1 - colour)]
                if before in size_of:
                    assert size_of[before] == by_name[word].size
                    checked += 1
    assert checked > 20


def test_prepositions_follow_the_drawing():
    cat, dog = (thing for name in ("cat", "dog") for thing in THINGS if thing.word == name)
    upper = Placed(cat, "small", "grey", (10, 10, 30, 30))
    lower = Placed(dog, "small", "brown", (12, 60, 32, 80))
    aside = Placed(dog, "small", "brown", (60, 12, 80, 32))
    for draw_number in range(20):
        scene = Scene(BACKGROUNDS[0], "blue", "red", (upper, lower))
        speaker = Speaker(scene, generator(draw_number))
        assert speaker.beside(upper, lower) in {"above", "over"}
        assert speaker.beside(lower, upper) in {"below", "under"}
        assert speaker.beside(upper, aside) in {"beside", "near", "by"}


def test_not_every_caption_names_every_thing(drawn):
    whole = 0
    for one in drawn:
        for text in one.captions:
            said = set(words(text))
            whole += all(said & set(p.thing.names.split()) for p in one.scene.things)
    share = whole / (5 * len(drawn))
    assert 0.05 < share < 0.6


def test_words_are_many_and_of_four_kinds():
    settings = SETTINGS.model_copy(update={"count": 400, "size": 64})
    texts = []
    for index in range(1, 121):
        one = draw(settings, index)
        texts.append([word for text in one.captions for word in words(text)])
    content = [[word for word in text if word not in FUNCTION_WORDS] for text in texts]
    seen: dict[str, int] = {}
    for text in content:
        for word in text:
            seen[word] = seen.get(word, 0) + 1
    often = {word for word, count in seen.items() if count > 1}
    assert len(often) >= 120
    assert np.mean([len(text) for text in content]) >= 20
    assert min(len(text) for text in content) >= 15
    verbs = {v for thing in THINGS for v in thing.verbs.split()}
    assert len(often & {progressive(verb) for verb in verbs}) >= 12
    assert len(often & {word for said in ADVERBS.values() for word in said.split()}) >= 8
    assert len(often & {*COLOURS, *SIZES["small"], *SIZES["big"]}) >= 14
    assert len(often & NOUNS) >= 60


def test_no_vowel_after_a_and_no_consonant_after_an(drawn):
    for one in drawn:
        for text in one.captions:
            assert not re.search(r"\b[Aa] [aeiou]|\b[Aa]n [^aeiou]", text), text
            assert text[0].isupper()
            assert text.endswith(".")


@pytest.mark.parametrize(
    ("verb", "third", "participle"),
    [
        ("run", "runs", "running"),
        ("fly", "flies", "flying"),
        ("lie", "lies", "lying"),
        ("graze", "grazes", "grazing"),
        ("buzz", "buzzes", "buzzing"),
        ("play", "plays", "playing"),
        ("lean", "leans", "leaning"),
    ],
)
def test_verbs_by_hand(verb, third, participle):
    assert third_person(verb) == third
    assert progressive(verb) == participle


def test_lexicon_is_of_one_piece():
    assert len({thing.word for thing in THINGS}) == len(THINGS)
    assert 60 <= len(THINGS) <= 100
    for thing in THINGS:
        assert {*thing.paints.split(), thing.colour} <= {*COLOURS, ""}
        assert drawing(thing.glyph, "").getbbox(), f"{thing.word} has no drawing"
    verbs = {verb for thing in THINGS for verb in thing.verbs.split()}
    assert set(ADVERBS) <= verbs


def test_paint_replaces_the_main_hue_and_keeps_the_rest():
    image = Image.new("RGBA", (30, 10), (0, 0, 0, 255))
    image.paste((230, 120, 30, 255), (0, 0, 10, 10))
    image.paste((40, 60, 200, 255), (10, 0, 14, 10))
    red = np.asarray(painted(image, COLOURS["red"]))
    assert np.abs(red[5, 5, :3].astype(int) - COLOURS["red"]).max() <= 1
    assert tuple(red[5, 12, :3]) == (40, 60, 200)
    assert tuple(red[5, 20, :3]) == (0, 0, 0)


@pytest.mark.parametrize("degrees", [-10, 0, 7.5])
def test_a_tilted_drawing_has_the_wanted_side(degrees):
    assert max(tilted("🐕", "brown", 61, degrees).size) == 61


def test_glyphs_are_not_cut():
    # A drawing that touched the edge of its canvas would have a straight, inked side.
    for thing in THINGS:
        ink = np.asarray(drawing(thing.glyph, ""))[..., 3]
        assert ink.shape[0] > 20, thing.word
        assert ink.shape[1] > 20, thing.word
        assert max(ink.shape) == 160


def test_written_folder_is_pascal1k_and_the_table_says_where_things_are(tmp_path: Path):
    settings = SETTINGS.model_copy(update={"count": 4})
    write_scenes(tmp_path / "pictures", tmp_path / "things.parquet", settings)
    pictures, rejects = pascal1k.read(tmp_path / "pictures")
    assert rejects == []
    assert [picture.image_id for picture in pictures] == [f"scene_000{n}" for n in range(1, 5)]
    assert pictures[2].captions == draw(settings, 3).captions
    things = tables.read(THINGS_TABLE, tmp_path / "things.parquet")
    third = things[things["image_id"] == "scene_0003"]
    boxes = [tuple(row) for row in third[["x0", "y0", "x1", "y1"]].to_numpy().tolist()]
    assert boxes == [placed.box for placed in draw(settings, 3).scene.things]
    assert "CC BY-SA 4.0" in (tmp_path / "pictures" / "ATTRIBUTION.txt").read_text()


def test_written_bytes_do_not_depend_on_the_count(tmp_path: Path):
    for folder, count in (("few", 2), ("many", 4)):
        settings = SETTINGS.model_copy(update={"count": count})
        write_scenes(tmp_path / folder, tmp_path / f"{folder}.parquet", settings)
    for name in ("images/scene_0002.jpg", "sentence/scene_0002.txt"):
        few, many = tmp_path / "few" / name, tmp_path / "many" / name
        assert few.read_bytes() == many.read_bytes()
    assert not list(tmp_path.glob(".*"))


def test_no_room_ends_in_one_line():
    crowded = SETTINGS.model_copy(
        update={"size": 64, "least_things": 6, "most_things": 6, "small": (0.8, 0.9)}
        | {"medium": (0.8, 0.9), "big": (0.8, 0.9), "overlap": 0.0}
    )
    with pytest.raises(InputError, match=r"scenes\.most_things") as error:
        draw(crowded, 1)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"least_things": 4, "most_things": 3}, "least_things"),
        ({"small": (0.3, 0.2)}, "small"),
        ({"tilt": 90}, "tilt"),
    ],
)
def test_settings_that_make_no_sense_are_refused(change, key):
    with pytest.raises(ValidationError, match=key):
        ScenesSettings.model_validate(SETTINGS.model_dump() | change)


def test_phrases_fit_every_sky_and_wall():
    thing = Placed(THINGS[0], "medium", "brown", (0, 0, 9, 9))
    for ground in BACKGROUNDS:
        for sky in SKIES:
            for paint in WALLS:
                text = " ".join(describe(Scene(ground, sky, paint, (thing, thing)), generator(1)))
                assert "{" not in text
