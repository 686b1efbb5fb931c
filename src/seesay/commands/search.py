"""Searching with a trained model: pictures for a spoken word, spoken words for a picture.

A query gets its features as the stages make those of the corpus (`seesay.commands.file_features`),
so that a recording or picture of the corpus gets its own embedding again.
"""

import io
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import soundfile
from numpy.typing import NDArray

from seesay.commands.file_features import BOX, Floats, of_picture, of_word
from seesay.commands.run_tokens import spoken_words
from seesay.exhibits.gallery import Gallery, Integers, embeddings
from seesay.learning.arrays import embed, load
from seesay.learning.embedding import about, refuse_captions
from seesay.planning import folds
from seesay.planning.recipes import Recipe
from seesay.schemas.audio import RECORDINGS, SPOKEN_WORDS
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.learning import IMAGE_EMBEDDINGS, WORD_EMBEDDINGS
from seesay.schemas.vision import IMAGES, REGIONS
from seesay.settings.logmel import LogmelSettings
from seesay.shared import sound, sources, tables, writing
from seesay.shared.columns import Table
from seesay.shared.device import choose
from seesay.shared.errors import InputError

Keys: TypeAlias = "pd.Series[Any]"


class Encoder:
    """The networks of a model's folder, <results>/training/{experiment}/{system}/{seed}.

    `fold` takes the same model of that fold. Raises InputError, in one line, if it is no such
    folder, or if files are missing, damaged or of other runs.

    A TorchScript file that the run heard words by (logmel.model) is a program: `hear` runs it only
    with `trust_model`.
    """

    def __init__(
        self,
        model: str | Path,
        device: str = "cpu",
        trust_model: bool = False,
        fold: int | None = None,
    ) -> None:
        self.folder = folds.model_folder(model, fold)
        weights, settings = (self.folder / name for name in ("model.safetensors", "settings.json"))
        self.recipe_file = folds.embedding_folder(self.folder) / "recipe.json"
        _refuse_missing([weights, settings, self.recipe_file])
        self.device = choose(device)
        self.model = load(self.folder, device)
        self.system = about(self.folder).system
        self.recipe = Recipe.read(self.recipe_file)
        self.trust_model = trust_model
        self.recipe.refuse_others(weights)

    def hear(self, recording: Path, settings: LogmelSettings | None = None) -> Floats:
        """The embedding (1, d) of a recording of one word; by the recipe unless `settings` differ.

        Raises InputError if the model hears no single words, if its frames come from a program that
        is not trusted, and if the file cannot be read.
        """
        if self.system == "text":
            raise InputError("the system text reads words and hears none; give the folder of model")
        refuse_captions(self.folder, "a recording here is one word")
        settings = settings or self.recipe.logmel
        if settings.program and not self.trust_model:
            raise InputError(
                f"{self.recipe_file}: names {settings.model}, a TorchScript file; that is a"
                " program, which may do all that you may: give --trust-model if you trust whom you"
                " have both from"
            )
        self._refuse_sizes("logmel", settings.size, self.model.word_size)
        return embed(self.model, words=of_word(recording, settings))

    def see(self, picture: Path, whole: bool = False) -> tuple[pd.DataFrame, Floats]:
        """The kept regions of a picture, or the `whole` of it alone, and embeddings (regions, d).

        The table has `region` and the box in px, the whole picture first. Raises InputError for a
        picture that cannot be read, and for a model of ready-made fragments.
        """
        table, seen = of_picture(picture, self.recipe, str(self.device), whole)
        self._refuse_sizes("fc7", seen.shape[1], self.model.image_size)
        return table, embed(self.model, images=seen)

    def _refuse_sizes(self, stage: str, size: int, wanted: int) -> None:
        """Raise InputError where the recipe's features are not those that the network takes."""
        if size != wanted:
            raise InputError(
                f"{self.recipe_file}: {stage} makes vectors of {size} numbers, and the model takes"
                f" {wanted}; take all of a run's files"
            )


def _refuse_missing(files: Iterable[Path]) -> None:
    """Raise InputError, naming all that are missing, unless all files are there."""
    missing = [str(path) for path in files if not path.is_file()]
    if missing:
        raise InputError(f"{', '.join(missing)}: missing; run the workflow to its end first")


class Search(Encoder):
    """A trained model with all that its run embedded.

    Arguments and errors are those of `Encoder`; the tables of the run must be there, too.
    """

    def __init__(
        self,
        model: str | Path,
        device: str = "cpu",
        trust_model: bool = False,
        fold: int | None = None,
    ) -> None:
        folder = folds.model_folder(model, fold)
        home = folder.parents[3]
        # Folds share what no split changes.
        self.results = folds.results_of(home)
        embedded = folds.embedding_folder(folder)
        files = {
            "model": folder / "model.safetensors",
            "settings": folder / "settings.json",
            "fragments": embedded / "images.parquet",
            "words": embedded / "words.parquet",
            "recipe": embedded / "recipe.json",
            "pictures": home / "pictures" / "images.parquet",
            "spoken_captions": home / "matching" / "spoken_captions.parquet",
            "recordings": self.results / "speech" / "recordings.parquet",
        }
        files["spoken_words"] = spoken_words(self.results, files["spoken_captions"])
        _refuse_missing(files.values())
        self.files = files
        super().__init__(folder, device, trust_model)
        self.recipe.refuse_others(files["fragments"], files["words"])

    def say(self, recording: str | Path, top: int = 10, split: str | None = None) -> pd.DataFrame:
        """The pictures that are nearest to a spoken word, each with its nearest fragment.

        `recording` is a sound file of the word alone, of any rate, mono or stereo (the mean of
        the channels); the log-Mel window is centred on its middle, or, with the span word, all of
        it is stretched to the frames. `split` searches the pictures of train, validation or test
        alone. Columns: rank, image_id, region, x0, y0, x1, y1 (px; missing where the run has no
        boxes), cosine, path.
        """
        rows, cosine = self.pictures_of(self.hear(Path(recording)), split)
        found = self.fragments.keys.iloc[rows[:top]].assign(cosine=cosine[rows[:top]])
        found["path"] = [str(self.place(path)) for path in found["path"]]
        return _ranked(found, ["image_id", "region", *BOX, "cosine", "path"])

    def pictures_of(
        self, word: NDArray[np.floating], split: str | None = None
    ) -> tuple[Integers, NDArray[np.float64]]:
        """Pictures for a word's embedding (1, d), and the cosines of all `fragments` (n,).

        A picture is the row of its nearest fragment; the nearest picture is first.
        """
        cosine = self.fragments.cosines(word)[0]
        rows = self.fragments.nearest(cosine)
        if split is not None:
            rows = rows[self.fragments.keys["split"].to_numpy()[rows] == split]
            if not len(rows):
                raise InputError(f"--split {split}: no picture is in it; there are train, "
                                 "validation and test")  # fmt: skip
        return rows, cosine

    def look(self, picture: str | Path, top: int = 10) -> pd.DataFrame:
        """The spoken words that are nearest to any fragment of a picture, each word once.

        Columns: rank, word (of the captions), spoken_word (what is said for it), cosine, region,
        x0, y0, x1, y1 (px; region 0 is the whole picture), token_id, talker. Of a run that found
        its tokens, words are the labels of segments.
        """
        return self.words_of(*self.see(Path(picture)), top)

    def words_of(
        self, boxes: pd.DataFrame, fragments: NDArray[np.floating], top: int
    ) -> pd.DataFrame:
        """As `look`, for fragments with embeddings (n, d); `boxes` has region and box of each."""
        near = self.tokens.cosines(fragments)
        cosine, best = near.max(axis=0), near.argmax(axis=0)
        rows = self.tokens.nearest(cosine)[:top]
        found = self.tokens.keys.iloc[rows].assign(cosine=cosine[rows])
        found[["region", *BOX]] = boxes[["region", *BOX]].to_numpy()[best[rows]]
        columns = ["word", "spoken_word", "cosine", "region", *BOX, "token_id", "talker"]
        return _ranked(found, columns)

    @cached_property
    def fragments(self) -> Gallery:
        """All fragments of the run, a picture a group: image_id, region, path, split and box.

        Equally near ones come in the order of image_id and region.
        """
        keys, vectors = self._embedded(IMAGE_EMBEDDINGS, self.files["fragments"])
        pictures = tables.read(IMAGES, self.files["pictures"])
        self._refuse_strangers("fragments", keys["image_id"], "pictures", pictures["image_id"])
        keys = keys.merge(pictures[["image_id", "path", "split"]], on="image_id", how="left")
        boxes = self.results / self.recipe.boxes
        places = tables.read(REGIONS, sorted(boxes.glob("*.parquet")))
        keys = keys.merge(places, on=["image_id", "region"], how="left")
        if self.recipe.regions is not None and keys["x0"].isna().any():
            lost = keys.loc[keys["x0"].isna(), "image_id"].iloc[0]
            raise InputError(
                f"{boxes}: has no box of {lost}, which {self.files['fragments']} has: they are of"
                " different runs; take all of a run's files"
            )
        return Gallery.of(keys, vectors, "image_id", ["image_id", "region"])

    @cached_property
    def tokens(self) -> Gallery:
        """All tokens of the run, a spoken word a group: token_id, word, spoken_word and talker.

        Equally near ones come in the order of token_id.
        """
        keys, vectors = self._embedded(WORD_EMBEDDINGS, self.files["words"])
        spoken = tables.read(SPOKEN_CAPTIONS, self.files["spoken_captions"])
        names = spoken.drop_duplicates("token_id")[["token_id", "word", "spoken_word"]]
        said = tables.read(SPOKEN_WORDS, self.files["spoken_words"])[["token_id", "talker"]]
        for table, ids in (("spoken_captions", names), ("spoken_words", said)):
            self._refuse_strangers("words", keys["token_id"], table, ids["token_id"])
        keys = keys.merge(names, on="token_id", how="left").merge(said, on="token_id", how="left")
        return Gallery.of(keys, vectors, "spoken_word", ["token_id"])

    def cut(self, found: pd.DataFrame, folder: str | Path) -> list[Path]:
        """Write the tokens of a table of `look` as wav files, cut by their onsets and offsets.

        Returns the files, 01_word.wav and on, in the table's order.
        """
        words, recordings = self._sounds
        here = words.loc[found["token_id"], "recording_id"]
        self._refuse_strangers("spoken_words", here, "recordings", recordings.index)
        files = []
        for rank, token in zip(found["rank"], found["token_id"], strict=True):
            word = words.loc[token]
            recording = recordings.loc[word["recording_id"]]
            path, channel = self.place(recording["path"]), int(recording["channel"])
            mono, rate = sound.span(path, word["onset"], word["offset"], channel)
            file = pd.DataFrame({"path": [str(path)], "digest": [recording["digest"]]})
            sources.unchanged(file, "speech")
            name = "".join(c if c.isalnum() else "_" for c in str(word["word"]))
            files.append(Path(folder) / f"{rank:02d}_{name}.wav")
            # Made in memory: libsndfile does not say why it cannot write.
            content = io.BytesIO()
            soundfile.write(content, mono, rate, format="WAV")
            writing.write_bytes(files[-1], content.getvalue())
        return files

    @cached_property
    def _sounds(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The tables SPOKEN_WORDS and RECORDINGS, by their keys."""
        words = tables.read(SPOKEN_WORDS, self.files["spoken_words"])
        recordings = tables.read(RECORDINGS, self.files["recordings"])
        return words.set_index("token_id"), recordings.set_index("recording_id")

    def place(self, path: str) -> Path:
        """Where a file of the run is now: paths count from the folder that the run was made in.

        Mostly its results are below that folder; else one is taken to be there now.
        """
        for folder in (*self.results.parents, Path()):
            if (folder / path).is_file():
                return folder / path
        return Path(path)

    def _embedded(self, table: Table, path: Path) -> tuple[pd.DataFrame, NDArray[np.float32]]:
        """The run's embeddings. Raises InputError where they are not this model's."""
        keys, vectors = embeddings(table, path)
        size = self.model.settings["embedding"]
        if vectors.shape[1] != size:
            raise InputError(
                f"{path}: embeddings of {vectors.shape[1]} numbers, the model's have {size};"
                " take all of a run's files"
            )
        return keys, vectors

    def _refuse_strangers(
        self, holder: str, keys: "Keys", table: str, known: "Keys | pd.Index[Any]"
    ) -> None:
        """Raise InputError where one table of the run has what another lacks."""
        strange = keys[~keys.isin(known)]
        if len(strange):
            raise InputError(
                f"{self.files[holder]}: has {strange.iloc[0]}, which {self.files[table]} lacks:"
                " they are of different runs; take all of a run's files"
            )


def _ranked(found: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    found = found.reset_index(drop=True)
    found[BOX] = found[BOX].astype("Int64")
    return found.assign(rank=found.index + 1)[["rank", *columns]]
