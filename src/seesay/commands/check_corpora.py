"""Part of `seesay check`: whether the corpora exist and can be read, and their contents.

Reads corpora as the stages do, but opens no picture or recording, except for readers that must
(isolated words).
"""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from seesay.audio import transcripts, untimed
from seesay.audio.exclusion import Exclusion
from seesay.audio.reading import captions_said, frame_of, named, timed
from seesay.audio.speech import ids_of
from seesay.commands.check_findings import Counts, Finding, safe
from seesay.corpora import PICTURES, READERS, SPEECH, Picture, Reject
from seesay.corpora import fragments as layout
from seesay.corpora.apart import keep_apart
from seesay.corpora.finding import awkward, find
from seesay.planning.config import Config
from seesay.planning.parts import lacking
from seesay.settings.choice import about
from seesay.settings.corpora import Corpus
from seesay.settings.pictures import PictureCorpus
from seesay.shared import rejects, sources, tables
from seesay.shared.voices import missing
from seesay.vision.pictures import captions_of, gather
from seesay.vision.splits import SPLITS, assign


def pictures(config: Config, counts: Counts) -> Iterator[Finding]:
    """The picture corpora, and their split."""
    if config.scenes:
        counts.pictures, counts.captions = config.scenes.count, 5 * config.scenes.count
        yield Finding("ok", "pictures", f"{config.scenes.count:,} scenes will be drawn")
        return
    usable: list[Picture] = []
    # Without speech, pictures need no captions, and a split no pictures.
    whole, alone = True, bool(lacking(config))
    strict = config.pictures.on_bad_input == "fail"
    for corpus in config.pictures.corpora:
        part = list(safe("pictures", _picture_corpus(corpus, usable, strict, alone)))
        failed = any(finding.mark == "fail" for finding in part)
        whole = whole and not failed
        yield from part
        if failed:
            yield from _remedy("pictures", corpus)
        if failed and config.fetched_folder() == corpus.path:
            yield Finding("note", "pictures", f"{corpus.path}: fetched by: {counts.fetching}")
    counts.pictures = len(usable)
    counts.captions = sum(len(picture.captions) for picture in usable)
    if not whole:
        return
    folder = Path(config.fragments.path) if config.fragments else None
    splits, bad, left_out = assign(config.pictures.split, usable, folder)
    sizes = {name: list(splits.values()).count(name) for name in SPLITS}
    if all(sizes.values()):
        counts.found, counts.splits = [p for p in usable if p.image_id in splits], splits
    said = ", ".join(f"{name} {size:,}" for name, size in sizes.items())
    mark = "ok" if all(sizes.values()) or (splits and alone) else "fail"
    more = f"; {len(left_out):,} in none of them" if left_out else ""
    yield Finding(mark, "pictures", f"split: {said}{more}")
    yield from _rejects("pictures", "split", bad, strict)


def _picture_corpus(
    corpus: PictureCorpus, usable: list[Picture], strict: bool, alone: bool
) -> Iterator[Finding]:
    yield from _names("pictures", [str(p) for p in find(corpus, PICTURES).sources()])
    found, refused = gather([corpus])
    said = [picture for picture in found if any(text.strip() for text in picture.captions)]
    captions = sum(len(picture.captions) for picture in said)
    silent = f", {len(found) - len(said):,} without any" if len(found) > len(said) else ""
    text = f"{corpus.path}: {len(said):,} pictures with {captions:,} captions{silent}"
    fit = found if alone else said
    yield Finding("ok" if fit else "fail", "pictures", f"{text}, read as {corpus.reader}")
    yield from _rejects("pictures", corpus.path, [r for r in refused if not r.by_rule], strict)
    usable += fit


def fragments(config: Config, counts: Counts) -> Iterator[Finding]:
    """The files of ready-made fragments, if any; they are not read."""
    if config.fragments:
        files = layout.sources(Path(config.fragments.path))
        names = ", ".join(path.name for path in files.values())
        yield Finding("ok", "fragments", f"{config.fragments.path}: {names}")


def speech(config: Config, counts: Counts) -> Iterator[Finding]:
    """The speech corpora, or the recordings to align."""
    if config.synthesis:
        names = ", ".join(config.synthesis.engines)
        text = f"{config.synthesis.talkers} talkers will be synthesised ({names})"
        lack = missing(config.synthesis)
        yield Finding("fail", "speech", lack) if lack else Finding("ok", "speech", text)
        return
    if config.alignment:
        yield from safe("alignment", _alignment(config, counts))
        return
    parts: list[tuple[Corpus, pd.DataFrame, pd.DataFrame]] = []
    counts.tokens = 0
    strict = config.speech.on_bad_input == "fail"
    exclusion = Exclusion(config.speech.exclude)
    for corpus in config.speech.corpora:
        part = list(safe("speech", _speech_corpus(corpus, counts, parts, strict, exclusion)))
        yield from part
        if any(finding.mark == "fail" for finding in part):
            yield from _remedy("speech", corpus)
    keep_apart("speech.corpora", [one for part in parts for one in ids_of(*part)])
    for unused in exclusion.rest():
        mark = "fail" if strict else "note"
        yield Finding(mark, "speech", f"{unused.id}: {unused.reason}; correct it or leave it out")


def _speech_corpus(
    corpus: Corpus,
    counts: Counts,
    parts: list[tuple[Corpus, pd.DataFrame, pd.DataFrame]],
    strict: bool,
    exclusion: Exclusion,
) -> Iterator[Finding]:
    yield from _names("speech", [str(p) for p in find(corpus, SPEECH).sources()])
    recordings, words, refused = named(corpus, find(corpus, SPEECH).read())
    recordings, words, excluded = exclusion.apply(recordings, words)
    recordings, untimed = timed(corpus, recordings, words)
    refused += untimed
    own = {word.talker for word in words}
    types = {word.word.lower() for word in words}
    text = (
        f"{corpus.path}: {len(recordings):,} recordings, {len(words):,} words"
        f" ({len(types):,} different) by {len(own):,} talkers, read as {corpus.reader}"
    )
    yield Finding("ok" if words else "fail", "speech", text)
    if excluded:
        text = f"{corpus.path}: {len(excluded):,} talkers or recordings left out by speech.exclude"
        yield Finding("note", "speech", text)
    yield from _rejects("speech", corpus.path, [r for r in refused if not r.by_rule], strict)
    ids = [recording.recording_id for recording in recordings]
    parts.append(
        (corpus, pd.DataFrame({"recording_id": ids}), pd.DataFrame({"talker": sorted(own)}))
    )
    counts.spoken.append(frame_of(words))
    counts.recordings.append(captions_said(recordings))
    counts.tokens = (counts.tokens or 0) + len(words)
    places = pd.DataFrame([(r.path, r.channel) for r in recordings], columns=["path", "channel"])
    counts.sharing += pd.Series(ids, dtype=object)[sources.sharing(places)].tolist()


def _alignment(config: Config, counts: Counts) -> Iterator[Finding]:
    settings = config.alignment
    assert settings is not None
    own = settings.dictionary
    if own is not None and not Path(own).is_file():
        yield Finding("fail", "alignment", f"{own}: no such file; alignment.dictionary names it")
    where = settings.path or ", ".join(corpus.path for corpus in settings.corpora)
    if settings.path:
        yield from _names("alignment", [str(p) for p in transcripts.sources(Path(where))])
        found, refused = transcripts.read(Path(where), settings.talker)
    else:
        paths = [path for one in settings.corpora for path in find(one, SPEECH).sources()]
        yield from _names("alignment", [str(path) for path in paths])
        texts = untimed.texts_of(captions_of(counts.found))
        found, refused = untimed.read(settings.corpora, texts)
        counts.utterances = found
        left_out = sum(reject.by_rule for reject in refused)
        if left_out:
            text = f"{where}: {left_out:,} recordings say captions that are not in this run"
            yield Finding("note", "alignment", text)
    talkers = {utterance.talker for utterance in found}
    text = f"{where}: {len(found):,} recordings with transcripts by {len(talkers):,} talkers"
    yield Finding("ok" if found else "fail", "alignment", text)
    bad = [reject for reject in refused if not reject.by_rule]
    yield from _rejects("alignment", where, bad, settings.on_bad_input == "fail")


def _remedy(section: str, corpus: Corpus) -> Iterator[Finding]:
    """What the corpus's reader, if it is ours, says to whoever cannot read it."""
    if corpus.reader in READERS[section]:
        facts = about("seesay.corpora", corpus.reader)
        layout = f"layout of {Path(corpus.path).absolute()}: {facts.layout}"
        yield from (Finding("note", section, line) for line in (layout, *facts.remedy))


def _names(section: str, paths: list[str]) -> Iterator[Finding]:
    """The first name that Snakemake cannot handle."""
    text = awkward(paths)
    if text:
        yield Finding("fail", section, text)


def _rejects(section: str, where: str, refused: list[Reject], strict: bool) -> Iterator[Finding]:
    """A reader's rejects, a line a reason; a failure if they would end the run."""
    if refused:
        end = "on_bad_input: fail ends the run" if strict else "they will be left out"
        count = f"{len(refused):,} of its parts cannot be used"
        mark = "fail" if strict else "note"
        yield Finding(mark, section, f"{where}: {count}; {end}")
        rows = [(section, reject.id, reject.reason) for reject in refused]
        for line in rejects.lines(tables.rejects(rows)):
            yield Finding("note", section, line.removeprefix(f"{section}: "))
