"""Part of `seesay check`: what matching and evaluation will find in the corpora."""

from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from seesay.audio import scripts
from seesay.audio.exclusion import Exclusion
from seesay.audio.reading import captions_frame, captions_said, frame_of, named
from seesay.audio.speech import check_words
from seesay.audio.transcripts import Utterance
from seesay.captions import pronunciations
from seesay.captions.languages import tagger_of
from seesay.captions.tagging import Tagger
from seesay.captions.words import drop_rare, tag_captions, tag_speech
from seesay.commands import check_human
from seesay.commands import check_matching_shown as shown
from seesay.commands.check_disk import READY_FRAGMENTS
from seesay.commands.check_findings import Counts, Finding, safe
from seesay.commands.prediction import Outcome, Texts, chances, crowded, match, remedies
from seesay.corpora import SPEECH
from seesay.corpora.files import stem
from seesay.corpora.finding import find
from seesay.planning.config import Config
from seesay.schemas.captions import CAPTION_WORDS
from seesay.schemas.vision import CAPTIONS
from seesay.scoring.names import MAIN_TASK
from seesay.settings.alignment import AlignmentSettings
from seesay.settings.pictures import PictureCorpus
from seesay.shared.errors import InputError
from seesay.vision.pictures import captions_of, check_splits, gather
from seesay.vision.splits import assign

SECTION = "matching"
# Thresholds of warnings: shares of the captions, of the test's tokens, of hits by chance.
LITTLE, UNHEARD, EASY = 0.5, 0.1, 50.0
SPOKEN_AT_ONCE = 0.3  # approximate s of a word in a script


def tagged(config: Config, counts: Counts) -> Generator[Finding, None, Texts | None]:
    """The texts of both corpora, and what is odd about them; None if they are not there yet."""
    tagger = tagger_of(config.words)
    texts = read(config, counts, tagger)
    if isinstance(texts, str):
        yield Finding("note", SECTION, f"what can be said is not known before {texts}")
        return None
    if config.words.english:
        yield from shown.swapped(texts.tokens, tagger.dictionary.words())
    return texts


def predict(config: Config, counts: Counts, texts: Texts) -> Iterator[Finding]:
    """Captions that can be said, tasks by chance, and remedies for problems."""
    yield from _outcome(config, texts)
    yield from _more_folds(config, counts, texts)


def read(config: Config, counts: Counts, tagger: Tagger) -> Texts | str:
    """The tagged texts of both corpora; or what must be done first."""
    _drawn(config, counts)
    if not counts.found:
        cause = "the scenes are drawn" if config.scenes else "the pictures can be read and split"
        return f"{cause}{_make(config, counts, 'scenes')}"
    splits = pd.Series(counts.splits)[[picture.image_id for picture in counts.found]]
    captions = captions_of(counts.found)
    words = tag_captions(captions, tagger, config.words.keep)
    kept = drop_rare(words, captions, config.words.min_count)[0]
    tokens = _spoken(config, counts, {CAPTIONS.name: captions, CAPTION_WORDS.name: kept})
    if tokens.empty:
        cause = "the speech is aligned" if config.alignment else "the speech can be read"
        return f"{cause}{_make(config, counts, 'alignment')}"
    tags = tag_speech(tokens, tagger, config.words.pause).drop(columns="word")
    recordings = pd.concat(counts.recordings, ignore_index=True)
    return Texts(splits, captions, words, tags, tokens, recordings)


def _make(config: Config, counts: Counts, stage: str) -> str:
    """How to make missing input, if a stage makes it."""
    if getattr(config, stage) is None:
        return ""
    return f"; check again after {counts.fetching.removesuffix('fetch')}{stage}"


def _outcome(config: Config, texts: Texts) -> Iterator[Finding]:
    count, settings = config.words.min_count, config.matching
    try:
        now: Outcome | None = match(texts, count, settings)
    except InputError as error:
        now = None
        yield Finding("fail", SECTION, str(error))
    poor = now is None
    if now is not None:
        yield from shown.table(now)
        if now.stops:
            yield Finding("fail", SECTION, now.stops)
        warnings = [] if now.stops else list(_warnings(config, texts, now))
        yield from warnings
        poor = bool(now.stops) or any(
            finding.section == SECTION and finding.mark in ("warn", "fail") for finding in warnings
        )
        if config.evaluation.human and not now.stops:
            yield from safe("human", check_human.predict(config, texts, now))
    if poor:
        yield from shown.remedies(now, remedies(texts, count, settings, now), config)


def _warnings(config: Config, texts: Texts, now: Outcome) -> Iterator[Finding]:
    """Reasons why a run may say little, or training may stop."""
    said = now.matched.spoken_captions
    if (now.said < LITTLE * now.counts["captions"]).any():
        total = int(now.counts["captions"].sum())
        text = f"{now.said.sum():,} of {total:,} captions can be said"
        yield Finding("warn", SECTION, f"{text}{shown.reasons(now)}")
    if now.deaf > UNHEARD:
        yield Finding("warn", SECTION, shown.unheard(now))
    for text in _crowds(config, said, texts.splits):
        yield Finding("fail", SECTION, text)
    luck, notes = chances(said, texts.splits, _fragments(config), config.evaluation)
    yield from shown.chances(luck, _fragments(config))
    easy = luck[luck["r10"] >= EASY]
    first = easy[easy["task"] == MAIN_TASK]
    if len(first):
        row = first.iloc[0]
        text = f"by chance R@10 of {row['task']} ({row['gallery']}) is {row['r10']:.0f} %"
        yield Finding("warn", "evaluation", f"{text}: so few items tell little; more test pictures")
    for note in notes:
        yield Finding("warn", "evaluation", note)


def _crowds(config: Config, said: pd.DataFrame, splits: pd.Series) -> Iterator[str]:
    """Why training will end for want of negatives, for each experiment."""
    for name in sorted(config.trained):
        training = config.section_of(name, "training")
        if training.batch_pictures == 1:
            for split, image_id in crowded(said, splits, training.negatives).items():
                yield shown.crowd(name, split, image_id, training)


def _more_folds(config: Config, counts: Counts, texts: Texts) -> Iterator[Finding]:
    """What would end the run in a fold after fold 0; the numbers above are those of fold 0."""
    folds = config.pictures.folds[1:]
    fails = 0
    for fold in folds:
        splits, _, _ = assign(config.pictures.split, counts.found, fold=fold)
        own = replace(texts, splits=pd.Series(splits)[texts.splits.index])
        try:
            check_splits(f"fold {fold}", splits, [])
            now = match(own, config.words.min_count, config.matching)
            crowds = _crowds(config, now.matched.spoken_captions, own.splits)
            whys = [f"fold {fold}: {why}" for why in ([now.stops] if now.stops else crowds)]
        except InputError as error:
            whys = [f"fold {fold}: {str(error).removeprefix(f'fold {fold}: ')}"]
        fails += len(whys)
        yield from (Finding("fail", SECTION, why) for why in whys)
    if folds and not fails:
        yield Finding("ok", SECTION, f"folds 1 to {folds[-1]} can be matched, too")


def _fragments(config: Config) -> int:
    """Fragments of a picture, if every one has the most."""
    if config.fragments or config.fc7 is None:
        return READY_FRAGMENTS
    return max(int(config.section_of(name, "fc7").regions) for name in config.trained) + 1


def _drawn(config: Config, counts: Counts) -> None:
    """Read the scenes, if an earlier run has drawn them."""
    folder = Path(config.results) / "scenes" / "pictures"
    if config.scenes and folder.is_dir():
        own, _ = gather([PictureCorpus(reader="pascal1k", path=str(folder))])
        splits, _, _ = assign(config.pictures.split, own)
        counts.found, counts.splits = [p for p in own if p.image_id in splits], splits


def _spoken(config: Config, counts: Counts, texts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The rows of SPOKEN_WORDS as the stage speech will make them, if all recordings are whole.

    Synthetic speech that does not exist yet comes from its script, and that from one of the tables
    `texts`, by name; speech that is not aligned yet comes from what it says.
    """
    corpus = None if config.speech.corpora else config.made("speech")
    if corpus is not None and Path(corpus.path).is_dir():
        recordings, words, _ = named(corpus, find(corpus, SPEECH).read())
        recordings, words, _ = Exclusion(config.speech.exclude).apply(recordings, words)
        counts.spoken.append(frame_of(words))
        counts.recordings.append(captions_said(recordings))
    elif config.synthesis:
        kind = scripts.find(config.synthesis.script)
        talks = kind.talks(texts[kind.TABLE.name], config.synthesis)
        _script(counts, talks, config.synthesis.pause)
    elif config.alignment and counts.utterances:
        _script(counts, _unaligned(config.alignment, counts.utterances), 0.0)
    if not counts.spoken:
        return pd.DataFrame()
    spoken = pd.concat(counts.spoken, ignore_index=True)
    # No file is opened, so no word can end after its file.
    ids = spoken["recording_id"].unique()
    return check_words(spoken, pd.DataFrame({"recording_id": ids, "duration": np.inf}))[0]


def _unaligned(settings: AlignmentSettings, utterances: list[Utterance]) -> dict[str, scripts.Talk]:
    """What the talkers of recordings say whose words all have a pronunciation."""
    given = settings.dictionary
    known = pronunciations.load(None if given is None else Path(given))
    found: dict[str, scripts.Talk] = {}
    for one in utterances:
        words, unknown = pronunciations.words_of(one.text, known)
        if words and not unknown:
            talk = found.setdefault(one.talker, scripts.Talk())
            talk.script.append(words)
            talk.names.append(one.file)
            talk.says.append((one.picture, one.caption))
    return found


def _script(counts: Counts, talks: dict[str, scripts.Talk], pause: float) -> None:
    """Add the words of a script that nobody has said yet, and the captions that they are."""
    rows, said = [], []
    for talker, talk in talks.items():
        place = 0.0
        for number, sentence in enumerate(talk.script):
            name = stem(Path(talk.names[number])) if talk.names else talker
            for word in sentence:
                rows.append((name, talker, word, place, place + SPOKEN_AT_ONCE))
                place += SPOKEN_AT_ONCE
            place += pause
            picture, caption = talk.says[number] if talk.says else ("", None)
            said.append((name, picture, caption))
    columns = ["recording_id", "talker", "word", "onset", "offset"]
    counts.spoken.append(pd.DataFrame(rows, columns=columns))
    counts.recordings.append(captions_frame(said).drop_duplicates("recording_id"))
