"""Tables of speech: recordings, spoken words, log-Mel vectors."""

import pyarrow as pa

from seesay.shared.columns import FEATURE_BITS, Column, Table, features

RECORDINGS = Table(
    "recordings",
    ("recording_id",),
    (
        Column("recording_id", pa.string(), "path in the corpus, without extension"),
        Column("path", pa.string(), "the audio file"),
        Column("digest", pa.string(), "digest of the file's bytes"),
        Column("channel", pa.int16(), "channel that is heard, from 0; -1 is the mean of all"),
        Column("talker", pa.string(), "who speaks first; each word has its own talker"),
        Column("sample_rate", pa.int32(), "sample rate of the file", "Hz"),
        Column("duration", pa.float64(), "length of the recording", "s"),
        Column(
            "picture", pa.string(), "the picture whose caption it says, as its reader names it",
            optional=True,
        ),
        Column(
            "caption", pa.int32(), "the number of this caption within the picture", optional=True
        ),
    ),
)  # fmt: skip

SPOKEN_WORDS = Table(
    "spoken_words",
    ("token_id",),
    (
        Column("token_id", pa.string(), "recording_id@onset; @talker where two begin together"),
        Column("recording_id", pa.string(), "where it is heard"),
        Column("talker", pa.string(), "who says it"),
        Column("word", pa.string(), "the word, lower-cased"),
        Column("onset", pa.float64(), "start, from the start of the recording", "s"),
        Column("offset", pa.float64(), "end, from the start of the recording", "s"),
    ),
)

SEGMENTS = Table(
    "segments",
    ("token_id",),
    (
        Column("token_id", pa.string(), "recording_id@onset, as in spoken_words"),
        Column("recording_id", pa.string(), "where it is heard"),
        Column("talker", pa.string(), "who says it"),
        Column("onset", pa.float64(), "start, from the start of the recording", "s"),
        Column("offset", pa.float64(), "end, from the start of the recording", "s"),
        Column("cluster", pa.int32(), "the cluster that it is in, from 0; -1: no clusters"),
    ),
)

PHONES = Table(
    "phones",
    ("recording_id", "onset"),
    (
        Column("recording_id", pa.string(), "where it is heard"),
        Column("phone", pa.string(), "the phone in IPA, without stress; SIL is silence"),
        Column("onset", pa.float64(), "start, from the start of the recording", "s"),
        Column("offset", pa.float64(), "end, from the start of the recording", "s"),
    ),
)

TOKEN_MANIFEST = Table(
    "token_manifest",
    ("token_id",),
    (
        Column("token_id", pa.string(), "the token"),
        Column("recording_id", pa.string(), "its recording"),
        Column("path", pa.string(), "the audio file"),
        Column("digest", pa.string(), "digest of the file's bytes"),
        Column("channel", pa.int16(), "channel that is heard, from 0; -1 is the mean of all"),
        Column("onset", pa.float64(), "start", "s"),
        Column("offset", pa.float64(), "end", "s"),
    ),
)

# The vectors' size is frames x filters (2,840); 0 stands for any one size.
LOGMEL = Table(
    "logmel",
    ("token_id",),
    (
        Column("token_id", pa.string(), "the token"),
        Column("padded_frames", pa.int16(), "frames beyond the recording's ends, set to silence"),
        Column(
            "feature", features(0), "log-Mel frames, frame by frame (71 x 40)", bits=FEATURE_BITS
        ),
    ),
)

HUMAN_WORDS = Table(
    "human_words",
    ("token_id",),
    (
        Column("token_id", pa.string(), "recording_id@onset; @talker where two begin together"),
        Column("source", pa.string(), "the corpus's name in evaluation.human"),
        Column("recording_id", pa.string(), "where it is heard"),
        Column("talker", pa.string(), "who says it; empty where that is unknown"),
        Column("word", pa.string(), "the word as it is said, lower-cased"),
        Column("spoken_word", pa.string(), "the spoken word of the captions that it is"),
        Column("pos", pa.string(), "its part of speech in the captions, most often"),
        Column("onset", pa.float64(), "start, from the start of the recording", "s"),
        Column("offset", pa.float64(), "end, from the start of the recording", "s"),
        Column("image_id", pa.string(), "the run's picture it was said about; empty if unknown"),
        Column("use", pa.string(), "test, or train: its talker is not the test's"),
    ),
)

# Of whole recordings, for networks that hear captions (training.unit: caption).
CAPTION_FRAMES = Table(
    "caption_frames",
    ("recording_id",),
    (
        Column("recording_id", pa.string(), "the recording"),
        Column("frames", pa.int32(), "number of its frames, the first centred on its start"),
        Column(
            "feature",
            pa.list_(pa.float32()),
            "log-Mel frames, frame by frame (frames x 40)",
            bits=FEATURE_BITS,
        ),
    ),
)
