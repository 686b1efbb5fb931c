"""Places Audio Captions (Harwath et al. 2016, 2018): JSON files and `wavs/`.

People describe photographs in their own words; the text is a speech recogniser's. It has no word
times: they come from the JSON's aligned form, if there is one (see
`seesay.corpora.formats.spoken_json`), or from the stage alignment. Pictures and captions are those
of the reader `davenet`.
"""

from seesay.corpora import Evidence
from seesay.corpora.files import Listing
from seesay.corpora.formats import spoken_json
from seesay.corpora.formats.spoken_json import Options, read_speech, speech_sources
from seesay.settings.facts import Reader

__all__ = ["Options", "read", "sources"]

ABOUT = Reader(
    "speech",
    "Places Audio Captions",
    layout="Places Audio Captions: `train.json`, `val.json` and `wavs/`; also its aligned form",
    options="as `spokencoco`",
    remedy=(
        "Places Audio Captions are from MIT (Harwath et al. 2016, 2018), CC BY-SA 4.0; the pictures"
        " are those of Places205",
    ),
)

sources, read = speech_sources, read_speech


def recognise(folder: Listing) -> Evidence | None:
    """Evidence of Places Audio's JSON files, with recordings."""
    return spoken_json.recognise(folder, '"asr_text"') if folder.audio else None
