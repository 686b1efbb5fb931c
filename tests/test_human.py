"""Which human words are tested: the captions' vocabulary, the talkers, the pictures; and a run."""

import json
import shutil

import pandas as pd
import pytest
import yaml

from seesay.audio.human import Heard, heard, part, read_human, read_source, vocabulary
from seesay.commands.check import findings
from seesay.corpora import Reject
from seesay.planning.config import load
from seesay.schemas.audio import HUMAN_WORDS, TOKEN_MANIFEST
from seesay.schemas.scoring import HUMAN_RANKS, SYNTHETIC
from seesay.scoring.names import HUMAN
from seesay.settings.corpora import Corpus
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.randomness import choose
from seesay.shared.tables import REJECTS
from support import human_run, small_corpora
from support.workflow import copy, jobs, snakemake

NOBODY = Heard(frozenset(), frozenset(), frozenset())
# text, lemma, pos, and how often.
FORMS = [
    ("dog", "dog", "NOUN", 3), ("dogs", "dog", "NOUN", 2), ("runs", "runs", "VERB", 1),
    ("saw", "saw", "NOUN", 1), ("saws", "saw", "NOUN", 2), ("leaves", "leaf", "NOUN", 2),
    ("leaves", "leaves", "VERB", 3), ("axes", "axis", "NOUN", 2), ("axes", "axe", "NOUN", 2),
    ("gadgets", "gadget", "NOUN", 1), ("dog", "dog", "VERB", 1),
]  # fmt: skip
SPOKEN = {"dog", "runs", "saw", "leaf", "axe", "axis", "matched"}


def forms():
    rows = [form[:3] for form in FORMS for _ in range(form[3])]
    return pd.DataFrame(rows, columns=["text", "lemma", "pos"])


def test_a_form_is_itself_or_the_lemma_that_the_captions_most_often_have_it_for():
    known = vocabulary(SPOKEN, forms())
    assert known.names == {
        **{word: word for word in SPOKEN},
        "dogs": "dog",
        "saws": "saw",
        "leaves": "leaf",  # more often a verb, which is not spoken
        "axes": "axe",  # as often axis
    }
    assert known.pos["dog"] == "NOUN"
    assert known.pos["matched"] == "other"


def source(folder, said, name="people", **options):
    """A corpus of words, a file each, by talker."""
    human_run.human(folder, said)
    return Corpus(name=name, reader="tsv", path=str(folder), options=options)


def test_words_outside_the_vocabulary_are_counted_by_word(tmp_path):
    corpus = source(tmp_path, {"eve": "dogs unicorn dog", "fay": "unicorn yeti"})
    words, rejects = read_source(corpus, vocabulary(SPOKEN, forms()), NOBODY, pd.Series(dtype=str))
    assert sorted(zip(words["word"], words["spoken_word"], words["pos"], strict=True)) == [
        ("dog", "dog", "NOUN"), ("dogs", "dog", "NOUN")
    ]  # fmt: skip
    assert [(r.id, r.reason) for r in rejects] == [
        ("people/unicorn", "no spoken caption says it; 2 times in the corpus"),
        ("people/yeti", "no spoken caption says it; once in the corpus"),
    ]


def test_spellings_are_one_word_and_a_word_that_is_two_is_left_out(tmp_path):
    captions = pd.DataFrame(
        [("grey", "gray", "ADJ"), ("color", "color", "NOUN"), ("wind", "wind", "NOUN")],
        columns=["text", "lemma", "pos"],
    )
    corpus = source(tmp_path, {"eve": "grey gray colour wind"})
    known = vocabulary({"gray", "color", "wind"}, captions)
    words, rejects = read_source(corpus, known, NOBODY, pd.Series(dtype=str))
    assert sorted(words["spoken_word"]) == ["color", "gray", "gray"]
    assert [(r.id, r.reason) for r in rejects] == [
        (
            "people/wind",
            "one sound as a VERB and another otherwise; which is not known; once in the corpus",
        )
    ]


def test_a_corpus_without_a_usable_word_is_rejected_row_by_row(tmp_path):
    corpus = source(tmp_path, {"eve": "dog"})
    table = tmp_path / "words.tsv"
    table.write_text(table.read_text().replace("eve/0_dog.wav", "lost.wav"))
    words, rejects = read_source(corpus, vocabulary(SPOKEN, forms()), NOBODY, pd.Series(dtype=str))
    assert words.empty
    assert [reject.id for reject in rejects] == ["people/words.tsv:2", "people/eve/0_dog"]
    assert part(words, 1.0, 0)[0].empty


def test_a_row_of_several_words_is_rejected_by_the_reader(tmp_path):
    corpus = source(tmp_path, {"eve": "dog dog"})
    table = tmp_path / "words.tsv"
    table.write_text(table.read_text().replace("\tdog\n", "\tfire dog\n", 1))
    words, rejects = read_source(corpus, vocabulary(SPOKEN, forms()), NOBODY, pd.Series(dtype=str))
    assert len(words) == 1
    assert "several words" in rejects[0].reason


def test_talkers_and_recordings_that_say_captions_are_rejected(tmp_path):
    corpus = source(tmp_path, {"eve": "dog runs", "fay": "dog", "gus": "saw dog", "hal": "dog"})
    known = vocabulary(SPOKEN, forms())
    every, _ = read_source(corpus, known, NOBODY, pd.Series(dtype=str))
    of = every.set_index("recording_id")["digest"]
    # One of gus's recordings says captions under another name, and with it he does.
    heard = Heard(frozenset({"people/eve"}), frozenset(), frozenset({of["people/gus/0_saw"]}))
    words, rejects = read_source(corpus, known, heard, pd.Series(dtype=str))
    assert set(words["talker"]) == {"people/fay", "people/hal"}
    assert [(r.id, r.reason) for r in rejects] == [
        (name, "this talker says captions; 2 words left out")
        for name in ("people/eve", "people/gus")
    ]


def test_of_an_unknown_talker_the_recordings_alone_are_rejected(tmp_path):
    columns = {"speaker": None}
    corpus = source(tmp_path, {"eve": "dog runs"}, columns=columns)
    known = vocabulary(SPOKEN, forms())
    every, _ = read_source(corpus, known, NOBODY, pd.Series(dtype=str))
    assert set(every["talker"]) == {""}
    heard = Heard(frozenset(), frozenset({"people/eve/0_dog"}), frozenset())
    words, rejects = read_source(corpus, known, heard, pd.Series(dtype=str))
    assert list(words["recording_id"]) == ["people/eve/1_runs"]
    assert [(r.id, r.reason) for r in rejects] == [
        ("people/eve/0_dog", "captions are said with it; 1 word left out")
    ]
    # Nobody can say that training hears another one: they are the test's.
    assert set(part(words.assign(source="people"), 0.5, 0)[0]) == {"test"}


def test_pictures_are_found_by_their_own_ids_under_any_corpus(tmp_path):
    corpus = source(tmp_path, {"eve": "dog dog dog dog dog"}, columns={"picture": "image"})
    table = tmp_path / "words.tsv"
    rows = table.read_text().splitlines()
    given = ["image", "one.jpg", "two.jpg", "twice.jpg", "lost.jpg", ""]
    table.write_text("".join(f"{row}\t{image}\n" for row, image in zip(rows, given, strict=True)))
    images = pd.Series(["one", "b/two", "b/twice", "c/twice"])
    words, rejects = read_source(corpus, vocabulary(SPOKEN, forms()), NOBODY, images)
    assert list(words.sort_values("recording_id")["image_id"]) == ["one", "b/two", "", "", ""]
    reason = "2 pictures that its words were said about are not in this run: 'lost'"
    assert [(r.id, r.reason) for r in rejects] == [
        ("people", f"{reason}; these words are tested without it")
    ]


def words_of(talkers, source="people"):
    rows = [(source, talker, f"{talker}{n}") for talker in talkers for n in range(2)]
    frame = pd.DataFrame(rows, columns=["source", "talker", "digest"])
    return frame.assign(recording_id=frame["digest"])


@pytest.mark.parametrize(("share", "number"), [(1.0, 10), (0.5, 5), (0.26, 3), (0.01, 1)])
def test_a_share_of_the_talkers_is_the_tests_and_nobody_is_both(share, number):
    words = words_of([f"t{i}" for i in range(10)])
    use, rejects = part(words, share, 3)
    by_talker = use.groupby(words["talker"]).unique().map(list)
    assert all(len(uses) == 1 for uses in by_talker)
    assert sum(uses == ["test"] for uses in by_talker) == number
    assert not rejects
    # Without one of the others the tests' are the same: a hash, and no order, says who.
    test = set(words.loc[use == "test", "talker"])
    gone = words[words["talker"] != sorted(test)[0]]
    again = part(gone, (number - 1 or 1) / 9, 3)[0]
    if number > 1:
        assert set(gone.loc[again == "test", "talker"]) == test - {sorted(test)[0]}
    assert {tuple(part(words, 0.5, seed)[0]) for seed in range(9)} != {tuple(use)}


def test_a_recording_that_the_test_has_too_is_nobodys_to_train_on():
    words = pd.concat([words_of(["eve", "fay"]), words_of(["gus"], "b")], ignore_index=True)
    use, _ = part(words, 0.5, 0)
    train = words.loc[use == "train", "digest"].iloc[0]
    words.loc[words["talker"] == "gus", "digest"] = train
    words.loc[words["digest"] == train, "recording_id"] = "one"
    use, rejects = part(words, 0.5, 0)
    assert list(use[words["digest"] == train]) == ["", "test", "test"]
    assert list(rejects) == [Reject("one", "the test has this very recording; 1 word left out")]


def test_who_has_a_recording_of_the_test_under_another_name_is_not_trained_on():
    """Digests: the test's ann is bob, by a file, and bob is cid; dan is nobody else."""
    rows = [
        ("a", "a/ann", "a/r1", "1"), ("b", "b/bob", "b/r1", "1"), ("b", "b/bob", "b/r2", "2"),
        ("b", "b/cid", "b/r3", "2"), ("b", "b/cid", "b/r4", "4"), ("b", "b/dan", "b/r5", "5"),
        ("b", "b/eve", "b/r6", "6"), ("b", "b/dan", "b/r6", "6"),
    ]  # fmt: skip
    words = pd.DataFrame(rows, columns=["source", "talker", "recording_id", "digest"])
    seed = next(  # of four talkers of b, eve alone is the test's
        seed
        for seed in range(99)
        if choose(set(words["talker"][1:]), 1, "human b", seed) == {"b/eve"}
    )
    use, rejects = part(words, 0.25, seed)
    # Eve talks to dan in one recording, which is hers; his own is his.
    assert list(use) == ["test", "", "", "", "", "train", "test", ""]
    assert [(r.id, r.reason) for r in rejects] == [
        ("b/bob", "this talker is the test's under another name; 2 words left out"),
        ("b/cid", "this talker is the test's under another name; 2 words left out"),
        ("b/r6", "the test has this very recording; 1 word left out"),
    ]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"reader": "tsv", "path": "human"}, "give it a name"),
        ({"name": "all", "reader": "tsv", "path": "human"}, "give it a name"),
        ({"name": "a", "reader": "nobody", "path": "human"}, "evaluation.human.0: nobody: no such"),
        ({"name": "a", "reader": "flickr8k", "path": "human"}, "no such reader"),
    ],
)
def test_a_corpus_of_human_words_wants_a_name_and_a_reader_of_speech(entry, message, tmp_path):
    values = human_run.make(tmp_path)
    values["evaluation"]["human"] = [entry]
    with pytest.raises(InputError, match=message):
        load(values)


def test_the_corpora_and_the_share_are_no_settings_of_the_stage_evaluation(tmp_path):
    values = human_run.make(tmp_path)
    asked = load(values)
    values["evaluation"] |= {"human": [], "human_talkers": 0.5}
    assert load(values).stage_json("evaluation") == asked.stage_json("evaluation")
    told = json.loads(asked.stage_json("human"))
    assert told["corpora"][0]["name"] == "people"
    assert (told["talkers"], told["seed"]) == (1.0, asked.matching.seed)


# The stages of the human words.
HEARD = {"human", "human_logmel", "human_embedding", "human_ranks", "human_breakdown", "listen"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A folder in which a small config with human words has run to its report."""
    folder = tmp_path_factory.mktemp("human")
    small_corpora.write(folder, human_run.make(folder))
    result = snakemake(folder)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-4000:]
    return folder


@pytest.mark.slow
def test_a_run_is_tested_on_human_words_down_to_its_metrics(run):
    results = run / "results"
    words = tables.read(HUMAN_WORDS, results / "human" / "words.parquet")
    assert set(words["talker"]) == {"people/eve", "people/fay", "people/gus"}
    assert set(words["use"]) == {"test"}
    assert words.loc[words["word"] == "dogs", "spoken_word"].tolist() == ["dog"]
    refused = tables.read(REJECTS, results / "human" / "rejects.parquet")
    assert refused["id"].tolist() == ["people/unicorn"]
    metrics = pd.read_csv(results / "metrics.tsv", sep="\t")
    asked = metrics[metrics["task"].isin(HUMAN)]
    assert set(asked["gallery"]) == {"people", f"people{SYNTHETIC}"}
    assert set(asked["system"]) == {
        "model", "random_projection", "untrained", "text", "frequency"
    }  # fmt: skip
    assert set(asked["task"]) == set(HUMAN)
    # Fewer than ten words have no interval.
    assert asked[["ci_low", "ci_high"]].isna().all(axis=None)
    # Whoever is told the word finds it.
    told = asked[(asked["system"] == "text") & (asked["task"] == "human_recognition")]
    assert (told.loc[told["metric"] == "r5", "value"] == 100).all()
    differences = pd.read_csv(results / "differences.tsv", sep="\t")
    assert set(HUMAN) <= set(differences["task"])
    assert "people" in (results / "report.html").read_text()
    heard = tables.read(HUMAN_RANKS, results / "human" / "ranks" / "paper" / "model" / "1.parquet")
    assert set(heard["word"]) <= {"", *words["spoken_word"]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "reruns"),
    [
        ("none", set()),
        ("fewer talkers", HEARD | {"metrics"}),
        ("no corpus", {"metrics", "listen"}),
        ("a recording", HEARD | {"metrics"}),
    ],
)
def test_a_change_of_the_human_words_reruns_their_stage_and_the_numbers(
    run, tmp_path, change, reruns
):
    folder = copy(run, tmp_path / "run")
    path = folder / "config.yaml"
    values = yaml.safe_load(path.read_text())
    if change == "fewer talkers":
        values["evaluation"]["human_talkers"] = 0.4
    elif change == "no corpus":
        values["evaluation"]["human"] = []
    elif change == "a recording":
        wav = folder / "human" / "eve" / "0_dog.wav"
        shutil.copy(folder / "human" / "fay" / "1_cat.wav", wav)
    path.write_text(yaml.safe_dump(values))
    result = snakemake(folder)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-4000:]
    assert set(jobs(result)) - {"all"} == reruns | ({"report"} if reruns else set())


def test_all_that_captions_are_said_with_counts_the_tests_too():
    def rows(**columns):
        return pd.DataFrame(columns)

    captions = rows(image_id=["a", "b", "c"], token_id=["t1", "t2", "t3"])
    tokens = rows(
        token_id=["t1", "t2", "t3", "t4"],
        talker=["ann", "bob", "cid", "dan"],
        recording_id=["r1", "r2", "r3", "r4"],
    )
    files = rows(recording_id=["r1", "r2", "r3", "r4"], digest=["d1", "d2", "d3", "d4"])
    known = heard(captions, tokens, files)
    names = [frozenset(f"{letter}{n}" for n in (1, 2, 3)) for letter in "rd"]
    assert known == Heard(frozenset({"ann", "bob", "cid"}), *names)


def test_a_talker_kept_from_training_is_no_human_word_of_training_nor_of_the_test(
    tmp_path, monkeypatch
):
    """Else training.human_words would hear the talker, and test words find their own recordings."""
    monkeypatch.chdir(tmp_path)
    values = human_run.make(tmp_path)
    human_run.human(tmp_path / "again", {"zoe": f"{human_run.SAID} " * 4}, 1)
    values["speech"]["corpora"].append({"name": "more", "reader": "tsv", "path": "again"})
    values["matching"]["unseen_talkers"] = ["more/zoe"]
    values["evaluation"]["human"].append({"name": "same", "reader": "tsv", "path": "again"})
    values["evaluation"]["human_talkers"] = 0.01
    found, refused = stages(tmp_path, values)
    assert set(found["source"]) == {"people"}
    assert "same/zoe" in set(refused["id"])


def stages(folder, values):
    """Run the stages up to human, as their scripts do; its words and rejects."""
    config = load(values)
    at = small_corpora.stages(folder, config)
    out = [folder / f"human_{name}.parquet" for name in ("words", "rejects", "manifest")]
    given = ("images", "caption_words", "spoken_captions", "recordings", "spoken_words")
    read_human(*(at[name] for name in given), *out, config.human)
    manifest = tables.read(TOKEN_MANIFEST, out[2])
    found, refused = tables.read(HUMAN_WORDS, out[0]), tables.read(REJECTS, out[1])
    assert list(manifest["token_id"]) == list(found["token_id"])
    return found, refused


def test_check_says_what_the_stage_finds(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    values = human_run.make(tmp_path)
    # Of that name is a talker whom training hears.
    human_run.human(tmp_path / "again", {"eve": f"{human_run.SAID} " * 4}, 1)
    values["speech"]["corpora"].append({"name": "people", "reader": "tsv", "path": "again"})
    values["evaluation"]["human_talkers"] = 0.5
    found, refused = stages(tmp_path, values)
    assert list(refused["id"]) == ["people/eve", "people/unicorn"]
    path = small_corpora.write(tmp_path, values)
    said = [finding for finding in findings(str(path)) if finding.section == "human"]
    assert [finding.mark for finding in said] == ["ok", "note", "note"]
    test = found[found["use"] == "test"]
    assert f"{len(test)} of {len(found)} words" in said[0].text
    assert f"by {test['talker'].nunique()} talkers" in said[0].text


def test_a_run_without_any_human_word_for_the_test_ends_in_one_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    values = human_run.make(tmp_path, {"eve": "unicorn yeti"})
    with pytest.raises(InputError, match="no word of these corpora is in the captions' spoken"):
        stages(tmp_path, values)
    path = small_corpora.write(tmp_path, values)
    said = [finding for finding in findings(str(path)) if finding.section == "human"]
    assert [finding.mark for finding in said] == ["fail"]


def test_words_that_people_said_about_flickr_pictures_find_them(real_data):
    columns = {"onset": None, "offset": None, "speaker": None, "picture": "image"}
    corpus = Corpus(
        name="flickr",
        reader="tsv",
        path=str(real_data / "flickr_audio_nouns"),
        options={"columns": columns},
    )
    pictures = real_data / "flickr8k_1000" / "images"
    images = pd.Series(sorted(path.stem for path in pictures.iterdir()))
    uses = pd.DataFrame([("dogs", "dog", "NOUN")], columns=["text", "lemma", "pos"])
    spoken = {"dog", "ball", "boy", "grass", "rock"}
    words, rejects = read_source(corpus, vocabulary(spoken, uses), NOBODY, images)
    table = pd.read_csv(real_data / "flickr_audio_nouns" / "words.tsv", sep="\t")
    said = table[table["word"] != "water"]
    assert sorted(words["word"]) == sorted(said["word"])
    assert set(words.loc[words["word"] == "dogs", "spoken_word"]) == {"dog"}
    there = said["image"].str.removesuffix(".jpg").isin(images)
    assert 0 < (words["image_id"] != "").sum() == there.sum() < len(said)
    water = (table["word"] == "water").sum()
    assert [reject.reason for reject in rejects if reject.id == "flickr/water"] == [
        f"no spoken caption says it; {water} times in the corpus"
    ]
    assert [reject.id for reject in rejects] == ["flickr/water", "flickr"]
