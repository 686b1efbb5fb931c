"""A small run that is tested on human words: its corpora, on disk, and its config."""

from pathlib import Path

from support import small_corpora
from support.speech_layouts import sound

DOG, CAT = "a dog runs on the grass", "a cat sleeps near two dogs"
SAID = "dog grass cat runs sleeps"
CAPTIONS = {
    "train": [[DOG], [CAT], [DOG], [CAT]],
    "validation": [[DOG], [CAT]],
    "test": [[DOG], [CAT], [DOG]],
}
SPEECH = dict.fromkeys(("ann", "bob", "cid", "dan"), f"{SAID} " * 3)
# What people say, by talker; dogs is a form of dog, unicorn is in no caption.
HUMAN = {"eve": "dog dogs cat unicorn", "fay": "grass cat", "gus": "runs unicorn dog"}


def human(folder: Path, said: dict[str, str], longer: float = 0.0) -> Path:
    """A corpus of words, a file each, that `tsv` reads."""
    rows = ["file\tspeaker\tonset\toffset\tword"]
    for talker, text in said.items():
        for number, word in enumerate(text.split()):
            name = f"{talker}/{number}_{word}.wav"
            # The lengths differ, so that no two files have the same bytes.
            sound(folder / name, seconds=0.5 + longer + 0.01 * len(rows))
            rows.append(f"{name}\t{talker}\t0.050\t0.450\t{word}")
    (folder / "words.tsv").write_text("\n".join(rows) + "\n")
    return folder


def make(folder: Path, said: dict[str, str] = HUMAN) -> dict:
    """Write all corpora, and give the config; all paths are relative to the folder."""
    values = small_corpora.make(folder, CAPTIONS, SPEECH)
    human(folder / "human", said)
    values["controls"] = ["text"]
    values["evaluation"]["human"] = [{"name": "people", "reader": "tsv", "path": "human"}]
    return values
