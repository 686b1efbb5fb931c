"""SpokenCOCO (Hsu et al. 2021): `SpokenCOCO_train.json`, `SpokenCOCO_val.json` and `wavs/`.

The corpus has no word times: they come from the JSON's aligned form or from a file of times, if
there is one (see `seesay.corpora.formats.spoken_json`), or from the stage alignment. Pictures and
captions are those of the reader `davenet`.
"""

from seesay.corpora import Evidence
from seesay.corpora.files import Listing
from seesay.corpora.formats import spoken_json
from seesay.corpora.formats.spoken_json import Options, read_speech, speech_sources
from seesay.settings.facts import Reader

__all__ = ["Options", "read", "sources"]

ABOUT = Reader(
    "speech",
    "SpokenCOCO",
    layout="SpokenCOCO: `SpokenCOCO_train.json`, `SpokenCOCO_val.json` and `wavs/`; also its"
    " unrolled and aligned forms",
    options="`captions` (every `.json` in the folder), `times` (words.txt), `noises`",
    remedy=(
        "SpokenCOCO is from MIT (Hsu et al. 2021), CC BY-SA 4.0; the pictures are COCO's of 2014",
    ),
)

sources, read = speech_sources, read_speech


def recognise(folder: Listing) -> Evidence | None:
    """Evidence of SpokenCOCO's JSON files, with recordings."""
    return spoken_json.recognise(folder, '"text"') if folder.audio else None
