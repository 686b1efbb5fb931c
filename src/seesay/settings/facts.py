"""What modules that a config chooses say about themselves, in their constant `ABOUT`.

No number of a run depends on these facts, and code stamps leave them out. An `ABOUT` is read from
the text of its module, so its values are literals.
"""

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Encoder:
    """A module of `seesay.model.speech_encoders`.

    Attributes:
        title: What it is, in a few words.
        units: What the numbers of a hidden layer are, as the network is drawn.
        held: Numbers that a step of training holds for each number in the layers' outputs.
        keeps: Share of the frames that each layer leaves; None where it takes all at once.
        one_width: Whether its layers must be equally wide.
        unit: What it hears at once: a `word`, or a `caption`.
    """

    title: str
    units: str
    held: float
    keeps: float | None = None
    one_width: bool = False
    unit: Literal["word", "caption"] = "word"


@dataclass(frozen=True)
class Network:
    """A module of `seesay.vision.networks`.

    Attributes:
        title: Its name.
        data: What its published weights were trained on.
        labels: What that data tells.
        width: Numbers that it gives for a region.
        sides: Least and greatest side in px that it takes, and a number that divides the side.
        memory: MB that it needs with a batch of 64 crops of 224 px, or one picture of 750 x 1333.
        whose: Who made it.
        terms: The licence.
        link: Where it is from.
        packaged: Whether a Python package carries the weights; else `URL` of the module names them.
        tap: Which of its activations are the features.
        extra: The extra of seesay that installs this package; "" where seesay itself does.
    """

    title: str
    data: str
    width: int
    sides: tuple[int, int, int]
    memory: int
    whose: str
    terms: str
    link: str
    labels: str = "labels"
    packaged: bool = False
    tap: str = "what its last layer takes: after the ReLU and dropout of the layer before (fc7)"
    extra: str = ""


@dataclass(frozen=True)
class Proposals:
    """A module of `seesay.vision.proposals`.

    Attributes:
        title: What it is, in a few words.
        network: The module of `seesay.vision.networks` whose weights and memory it needs.
        memory: MB that it needs without a network.
        gpu: Whether it computes on a GPU where there is one.
    """

    title: str
    network: str | None = None
    memory: int = 1500
    gpu: bool = False


@dataclass(frozen=True)
class Loss:
    """A loss of `seesay.learning.losses`; `reads` are the keys that no other loss may be given.

    `captions` says that it also takes scores of whole captions for pictures.
    """

    title: str
    reads: tuple[str, ...] = ()
    captions: bool = False


@dataclass(frozen=True)
class Engine:
    """A synthesiser of `seesay.audio.engines`: its name, its licence, and where it is from."""

    title: str
    terms: str
    link: str


@dataclass(frozen=True)
class Reader:
    """A reader of `seesay.corpora`.

    Attributes:
        reads: The stage that uses it.
        title: The name of the corpus or of the layout.
        layout: How its files lie, in a line of Markdown.
        options: The options that this reader alone has, each with its default in brackets; in
            Markdown.
        isolated: Whether each file is one word.
        remedy: Lines for whoever cannot read the corpus: where it comes from.
    """

    reads: Literal["pictures", "speech"]
    title: str
    layout: str
    options: str = ""
    isolated: bool = False
    remedy: tuple[str, ...] = ()


@dataclass(frozen=True)
class Script:
    """A module of `seesay.audio.scripts`.

    Attributes:
        title: What talkers say.
        reads: The table that it is made from, below the results.
        reader: The reader of the folder that is made.
        options: The reader's options.
    """

    title: str
    reads: str
    reader: str
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Segmentation:
    """A module of `seesay.audio.segmentations`.

    Attributes:
        title: How it finds the tokens of a recording, in a few words.
        source: The publication that it follows, "" for none.
        reads: The keys of the section that it reads besides `method` and `on_bad_input`.
        pictures: Whether it learns from the pictures of the training split.
    """

    title: str
    source: str = ""
    reads: tuple[str, ...] = ()
    pictures: bool = False
