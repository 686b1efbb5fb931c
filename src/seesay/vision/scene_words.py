"""The lexicon of the composed scenes: the things drawn, and people's words for them.

Drawings are glyphs of the OpenMoji font (CC BY-SA 4.0). Strings of several words are lists.
"""

from dataclasses import dataclass

COLOURS = {
    "red": (222, 60, 52),
    "blue": (70, 130, 220),
    "green": (98, 170, 62),
    "yellow": (250, 214, 50),
    "orange": (242, 145, 45),
    "brown": (150, 96, 52),
    "grey": (152, 152, 156),
    "black": (62, 62, 66),
    "white": (248, 248, 246),
    "pink": (246, 156, 196),
    "purple": (152, 104, 202),
}
SIZES = {"small": ("small", "little", "tiny"), "medium": (), "big": ("big", "large", "huge")}


@dataclass(frozen=True)
class Thing:
    """A thing that can be drawn.

    Attributes:
        names: Its nouns, the usual one first.
        glyph: Its character in the OpenMoji font.
        place: Where it belongs: `land`, `water` or `sky`.
        verbs: What it does, in the base form.
        colour: The colour word of the drawing as it is; "" if no single word fits.
        paints: Other colours that it may be painted in.
        trait: An adjective that always fits it; "" without one.
    """

    names: str
    glyph: str
    place: str
    verbs: str
    colour: str = ""
    paints: str = ""
    trait: str = ""

    @property
    def word(self) -> str:
        """The usual noun, which names the thing in the tables."""
        return self.names.split()[0]


THINGS = (
    Thing("dog puppy", "🐕", "land", "run bark sit play", "orange", "brown white grey black"),
    Thing("cat kitten", "🐈", "land", "walk sit sleep play", "orange", "grey white black"),
    Thing("horse pony", "🐎", "land", "run stand walk", "brown", "white black grey"),
    Thing("cow", "🐄", "land", "stand graze eat"),
    Thing("sheep", "🐑", "land", "stand graze eat", "white", "", "fluffy"),
    Thing("pig", "🐖", "land", "walk stand eat", "pink"),
    Thing("elephant", "🐘", "land", "walk stand", "grey"),
    Thing("giraffe", "🦒", "land", "stand walk eat", "orange", "", "tall"),
    Thing("lion", "🦁", "land", "look rest", "orange"),
    Thing("tiger", "🐅", "land", "walk rest", "orange", "", "striped"),
    Thing("zebra", "🦓", "land", "stand graze run", "", "", "striped"),
    Thing("monkey", "🐒", "land", "sit play", "brown"),
    Thing("rabbit bunny", "🐇", "land", "sit jump hide", "black"),
    Thing("bear", "🐻", "land", "look wait", "brown", "grey black"),
    Thing("penguin", "🐧", "land", "stand walk wait", "black"),
    Thing("turtle", "🐢", "land", "walk crawl rest", "green"),
    Thing("snake", "🐍", "land", "crawl rest hide", "green", "yellow purple"),
    Thing("kangaroo", "🦘", "land", "stand jump", "brown", "grey"),
    Thing("rooster chicken", "🐓", "land", "stand walk", "brown", "white"),
    Thing("frog", "🐸", "land", "look sit jump", "green"),
    Thing("snail", "🐌", "land", "crawl rest", "brown"),
    Thing("duck", "🦆", "water", "swim float rest", "brown"),
    Thing("fish", "🐟", "water", "swim play", "blue", "red yellow orange green"),
    Thing("whale", "🐋", "water", "swim jump", "blue"),
    Thing("crab", "🦀", "water", "crawl hide wait", "red"),
    Thing("octopus", "🐙", "water", "swim hide float", "red", "purple orange"),
    Thing("swan", "🦢", "water", "swim float rest", "white"),
    Thing("boat sailboat", "⛵", "water", "float wait"),
    Thing("butterfly", "🦋", "sky", "fly rest", "blue", "yellow orange pink purple"),
    Thing("bee", "🐝", "sky", "fly buzz", "yellow"),
    Thing("parrot", "🦜", "sky", "sit rest", "red"),
    Thing("owl", "🦉", "sky", "sit look sleep", "grey"),
    Thing("airplane plane", "✈", "sky", "fly", "grey"),
    Thing("helicopter", "🚁", "sky", "fly", "red", "blue yellow green"),
    Thing("rocket", "🚀", "sky", "fly", "red"),
    Thing("balloon", "🎈", "sky", "float fly", "red", "blue yellow green purple pink", "round"),
    Thing("kite", "🪁", "sky", "fly float", "pink", "red blue yellow green"),
    Thing("sun", "☀", "sky", "shine", "yellow", "", "bright"),
    Thing("moon", "🌙", "sky", "shine", "yellow", "", "bright"),
    Thing("cloud", "☁", "sky", "float", "grey", "", "fluffy"),
    Thing("rainbow", "🌈", "sky", "shine", "", "", "bright"),
    Thing("car", "🚗", "land", "drive wait park", "red", "blue green yellow grey white"),
    Thing("bus", "🚌", "land", "drive wait stop", "red", "blue green yellow orange"),
    Thing("van", "🚐", "land", "drive wait park", "grey"),
    Thing("train", "🚂", "land", "stop wait", "black"),
    Thing("tractor", "🚜", "land", "drive stop", "green", "yellow blue"),
    Thing("bicycle bike", "🚲", "land", "stand lean", "red", "blue green"),
    Thing("motorcycle motorbike", "🏍", "land", "stand park", "red", "blue green"),
    Thing("tree", "🌳", "land", "grow stand", "green", "orange yellow", "tall"),
    Thing("cactus", "🌵", "land", "grow stand", "green"),
    Thing("flower sunflower", "🌻", "land", "grow stand", "yellow"),
    Thing("tulip", "🌷", "land", "grow stand", "orange", "red pink yellow purple"),
    Thing("mushroom", "🍄", "land", "grow stand", "red", "brown"),
    Thing("house cottage", "🏠", "land", "stand", "white"),
    Thing("castle", "🏰", "land", "stand", "grey"),
    Thing("tent", "⛺", "land", "stand", "yellow", "blue green red orange"),
    Thing("church", "⛪", "land", "stand", "white"),
    Thing("ball football", "⚽", "land", "roll lie", "white", "", "round"),
    Thing("chair", "🪑", "land", "stand", "yellow", "red blue green brown"),
    Thing("bed", "🛏", "land", "stand", "blue", "red green pink"),
    Thing("umbrella", "☂", "land", "lie lean", "purple", "red blue green yellow black"),
    Thing("guitar", "🎸", "land", "lie lean", "red", "blue brown"),
    Thing("drum", "🥁", "land", "stand lie", "red", "blue green"),
    Thing("trumpet", "🎺", "land", "lie", "yellow"),
    Thing("clock", "⏰", "land", "stand", "white", "", "round"),
    Thing("book", "📕", "land", "lie", "red", "blue green yellow purple"),
    Thing("key", "🔑", "land", "lie", "orange"),
    Thing("hat", "🎩", "land", "lie", "black"),
    Thing("shirt", "👕", "land", "hang lie", "blue", "red green yellow pink"),
    Thing("bell", "🔔", "land", "hang", "yellow"),
    Thing("camera", "📷", "land", "lie", "grey"),
    Thing("ladder", "🪜", "land", "lean stand", "brown", "", "tall"),
    Thing("bucket", "🪣", "land", "stand", "blue"),
    Thing("robot", "🤖", "land", "look wait smile", "grey"),
    Thing("snowman", "⛄", "land", "stand smile", "white"),
    Thing("apple", "🍎", "land", "lie", "red", "yellow", "round"),
    Thing("banana", "🍌", "land", "lie", "yellow"),
    Thing("cake", "🎂", "land", "stand", "yellow", "pink brown"),
    Thing("pizza", "🍕", "land", "lie", "yellow"),
    Thing("carrot", "🥕", "land", "lie", "orange"),
    Thing("strawberry", "🍓", "land", "lie", "red"),
)

# The adverbs of each verb; other verbs have none.
ADVERBS = {
    "run": "quickly fast happily",
    "walk": "slowly quietly calmly",
    "crawl": "slowly quietly",
    "sit": "quietly calmly alone",
    "stand": "quietly alone",
    "rest": "quietly calmly",
    "sleep": "quietly peacefully",
    "wait": "quietly calmly alone",
    "play": "happily",
    "eat": "happily slowly quietly",
    "bark": "loudly",
    "buzz": "loudly",
    "jump": "happily high",
    "swim": "slowly happily quickly",
    "float": "slowly gently calmly",
    "fly": "slowly high quickly",
    "shine": "brightly",
    "drive": "slowly quickly fast",
    "roll": "slowly quickly",
    "lie": "nearby",
    "park": "nearby",
    "hang": "nearby",
    "lean": "nearby",
    "smile": "happily",
}


@dataclass(frozen=True)
class Background:
    """A kind of background and how people speak of it.

    `{sky}` and `{paint}` in a phrase are the colour words of this scene's sky and wall.

    Attributes:
        name: What it is called in the code.
        holds: The places of the things that may be drawn on it.
        ground: RGB of the ground; None where there is none.
        on: Phrases for where a thing stands.
        above: Phrases for where a thing flies.
        whole: Noun phrases for the background itself.
        weight: How often it is drawn, relative to the others.
    """

    name: str
    holds: tuple[str, ...]
    ground: tuple[int, int, int] | None
    on: tuple[str, ...]
    above: tuple[str, ...]
    whole: tuple[str, ...]
    weight: float = 1.0


SKY = ("in the {sky} sky", "in the sky", "under a {sky} sky")
BACKGROUNDS = (
    Background(
        "grass",
        ("land", "sky"),
        (128, 186, 84),
        ("on the grass", "on the green grass", "in a green meadow", "in the field"),
        (*SKY, "over the grass", "over a green meadow"),
        ("a green meadow", "a green field", "a green meadow under a {sky} sky"),
        2.0,
    ),
    Background(
        "sand",
        ("land", "sky"),
        (232, 206, 140),
        ("on the sand", "in the desert", "on the yellow sand", "in a sandy desert"),
        (*SKY, "over the sand", "over the desert"),
        ("a sandy desert", "a yellow desert", "a desert under a {sky} sky"),
        1.2,
    ),
    Background(
        "snow",
        ("land", "sky"),
        (238, 242, 248),
        ("in the snow", "on the white snow", "in the deep snow"),
        (*SKY, "over the snow", "over the white snow"),
        ("a snowy field", "a white field of snow", "a snowy hill under a {sky} sky"),
        1.2,
    ),
    Background(
        "street",
        ("land", "sky"),
        (138, 138, 144),
        ("on the street", "on a grey road", "on the road", "on a grey street"),
        (*SKY, "over the street", "over the road"),
        ("a grey street", "an empty road", "a grey road under a {sky} sky"),
        1.2,
    ),
    Background(
        "hills",
        ("land", "sky"),
        (150, 190, 100),
        ("on a green hill", "by the mountains", "under the mountains"),
        (*SKY, "over the hills", "over the mountains"),
        ("some green hills", "the mountains", "the mountains under a {sky} sky"),
        1.2,
    ),
    Background(
        "sea",
        ("water", "sky"),
        (72, 146, 206),
        ("in the sea", "in the blue water", "in the water", "on the blue sea"),
        (*SKY, "over the sea", "over the water"),
        ("the blue sea", "the sea under a {sky} sky", "the calm water"),
        1.8,
    ),
    Background(
        "beach",
        ("land", "water", "sky"),
        (236, 212, 152),
        ("on the beach", "on a sandy beach", "by the sea"),
        (*SKY, "over the beach", "over the sea"),
        ("a sandy beach", "a beach by the sea", "a beach under a {sky} sky"),
        1.2,
    ),
    Background(
        "room",
        ("land",),
        (176, 128, 84),
        ("on the floor", "in a room", "on a brown floor", "by a {paint} wall"),
        ("in a room", "by a {paint} wall"),
        ("a room", "a {paint} room", "a room with a {paint} wall"),
        1.5,
    ),
    Background(
        "wall",
        ("land", "water", "sky"),
        None,
        ("on a {paint} background", "against a {paint} wall", "by a {paint} wall"),
        ("on a {paint} background", "against a {paint} wall"),
        ("a {paint} wall", "a {paint} background"),
        3.5,
    ),
)
SKIES = {
    "blue": (150, 204, 242),
    "grey": (188, 194, 202),
    "orange": (250, 196, 140),
    "dark": (52, 60, 104),
}
WALLS = {
    "red": (214, 96, 88),
    "blue": (116, 164, 224),
    "green": (142, 196, 130),
    "yellow": (248, 226, 130),
    "orange": (246, 178, 104),
    "pink": (248, 198, 216),
    "purple": (184, 156, 218),
    "grey": (196, 198, 202),
    "white": (250, 250, 248),
}
