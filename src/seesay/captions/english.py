"""English words that the tagger or its dictionary gets wrong, each list with its reason."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Forms of be, have and do, fillers, negation, "there is": no content words, but the tagger may say
# so. It marks modals, interjections and numbers by itself.
EMPTY = _words("""
am are be been being is was were do does did doing done have has had having
ah er erm hmm oh uh um yeah yes no not there
""")
# Without a singular of their own: "shorts" are not several "short". Of 94 "glasses" in 20,000
# captions of photographs, nearly all are worn.
PLURAL = _words("""
binoculars clothes glasses goggles jeans overalls pants scissors shorts sunglasses tights trousers
""")
# Prepositions and particles, which the tagger sometimes takes for adverbs (Huddleston and Pullum,
# The Cambridge Grammar of the English Language, chapter 7, counts both uses as
# prepositions): never content words.
PREPOSITIONS = _words("""
aboard about above across after against along alongside amid among around as at atop before behind
below beneath beside besides between beyond by down during for from in into near of off on onto
out over since than through throughout till to toward towards under underneath until up upon via
while whilst with within without
""")
# Prepositions that are also words of these parts of speech.
ALSO = {
    "inside": ("NOUN", "ADJ"),
    "like": ("VERB",),
    "opposite": ("NOUN", "ADJ"),
    "outside": ("NOUN", "ADJ"),
    "past": ("NOUN",),
    "round": ("NOUN", "ADJ"),
}
# Verbs in -s that the tagger takes for plurals ("a girl in sunglasses smiles"). In 20,000 captions
# of photographs each stem is a verb in -ing more than twice as often as a noun, and the form in -s
# stands after a determiner, a number, a possessive or a preposition less than once in five times.
VERBS_IN_S = _words("""
attempts balances barks bends bites bounces bounds catches chases cheers chews climbs clings cries
crosses crouches drives flies floats glides grabs grins kisses kneels laughs lays leans leaps looks
moves peers plays points poses pounces rides rolls runs smiles spins splashes squats stands stares
steers talks throws tries trots waits walks watches wears
""")
# Colours are adjectives before what they colour, where the tagger may see a compound noun ("the
# orange tree"), and nouns elsewhere ("a skier in red") as it says.
COLORS = _words("""
beige black blonde blue brown gold gray green grey orange pink purple red silver tan violet white
yellow
""")
# Words that are two by their part of speech: they sound otherwise, or are of another origin, as
# the part of speech given here than as any other (CMU Pronouncing Dictionary; Merriam-Webster).
APART = {
    **dict.fromkeys(
        _words("""
        abuse alternate bow close conduct conflict console content contest contract convict desert
        dove estimate excuse graduate house insult invalid lead left live moderate object perfect
        permit present produce project rebel record refuse separate sow subject suspect tear use
        wind wound
        """),
        "VERB",
    ),
    "minute": "ADJ",
}
# British and other spellings that the dictionary's table lacks (Merriam-Webster).
SPELLINGS = {
    "donut": "doughnut",
    "pyjama": "pajama",
    "racquet": "racket",
    "tee-shirt": "t-shirt",
    "teeshirt": "t-shirt",
    "tshirt": "t-shirt",
}
# Words that the table counts as spellings of another word, but that sound different or are words of
# their own in Merriam-Webster: a storey is no story, a metre of cloth no parking meter, a tonne no
# ton, a groyne no groin, a philtre no filter, a fillet of fish no filet lace, a gauge no gage (a
# pledge), a bevvy no bevy, a draughtboard has no draft, and tranquilly is no noun. Spellings of one
# word with several senses stay joined: kerb, cheque, draught, tyre.
NO_SPELLINGS = _words("""
aeroplane aeroplanes aluminium behove behoved behoves cos cuz doin fave flautist flautists goin
havin lovin misc pls plz speciality thx
bevvies bevvy draughtboard draughtboards fillet filleted filleting fillets gauge gauged gauges
gauging groyne groynes metre metres philtre philtres storey storeys tonne tonnes tranquilly
""")
# Adverbs that are words of their own, whatever the dictionary says.
ADVERBS = _words("upside")
