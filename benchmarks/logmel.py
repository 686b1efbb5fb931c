"""logmel: frames once a recording and cut a token, beside librosa token by token."""

import tempfile
from pathlib import Path

import librosa
import numpy as np
import pandas as pd
import soundfile
from paired import Comparison, Figure, interleave

from seesay.audio.logmel import extract_shard
from seesay.schemas.audio import LOGMEL, TOKEN_MANIFEST
from seesay.settings.logmel import LogmelSettings
from seesay.shared import tables

RECORDINGS, MINUTES = 2, 3
GAP = 0.4  # s from word to word, as in running speech
SETTINGS = LogmelSettings(
    sample_rate=16000,
    filters=40,
    window=0.025,
    hop=0.010,
    frames=71,
    low=64,
    high=8000,
    floor=1e-10,
    on_bad_input="fail",
)


def measure() -> list[Comparison | Figure]:
    return [compare(16000), compare(22050)]


def compare(rate: int) -> Comparison:
    """Tokens of recordings at `rate` Hz, from the audio files to a file of vectors."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tokens = record(folder, rate)
        manifest, out = folder / "manifest.parquet", folder / "logmel.parquet"
        tables.write(TOKEN_MANIFEST, manifest, tokens)

        def ours() -> None:
            extract_shard(manifest, out, folder / "rejects.parquet", SETTINGS)

        def peer() -> None:
            np.save(folder / "vectors.npy", token_by_token(tokens))

        times = interleave(ours, peer, rounds=5)
        found = tables.read(LOGMEL, out)
        assert found["token_id"].tolist() == tokens["token_id"].tolist()
        difference = np.abs(np.stack(found["feature"]) - np.load(folder / "vectors.npy"))
        # All but the frames at the ends of a stretch, where the peer does not hear what lies
        # beyond. It may start a sample earlier.
        inner = difference.reshape(-1, SETTINGS.frames, SETTINGS.filters)[:, 2:-2]
        assert np.median(inner) < 0.02, np.median(inner)
        return Comparison(
            "logmel",
            f"{len(tokens)} tokens of {RECORDINGS * MINUTES} min at {rate:,} Hz, files to file",
            "`librosa.load` and `melspectrogram` of each token's window",
            RECORDINGS * MINUTES * 60,
            "x real time",
            *times,
        )


def token_by_token(tokens: pd.DataFrame) -> np.ndarray:
    """The vectors (tokens, 2840), each from its own stretch of the file."""
    vectors = []
    length = (SETTINGS.frames - 1) * SETTINGS.hop
    for token in tokens.itertuples():
        start = (token.onset + token.offset) / 2 - length / 2
        sound, rate = librosa.load(
            token.path, sr=SETTINGS.sample_rate, offset=start, duration=length
        )
        mel = librosa.feature.melspectrogram(
            y=sound,
            sr=rate,
            n_fft=512,
            win_length=400,
            hop_length=160,
            n_mels=SETTINGS.filters,
            fmin=SETTINGS.low,
            fmax=SETTINGS.high,
        )
        vectors.append(np.log(np.maximum(mel, SETTINGS.floor)).T.ravel())
    return np.stack(vectors)


def record(folder: Path, rate: int) -> pd.DataFrame:
    """Noise that swells with every word, as wav files; the rows of a token manifest."""
    rng, rows = np.random.default_rng(1), []
    for number in range(RECORDINGS):
        time = np.arange(MINUTES * 60 * rate) / rate
        swell = np.sin(np.pi * time / GAP) ** 2
        path = folder / f"talker{number}.wav"
        soundfile.write(path, 0.1 * swell * rng.standard_normal(len(time)), rate)
        for onset in np.arange(1.0, MINUTES * 60 - 1, GAP):
            words = {
                "onset": onset,
                "offset": onset + 0.36,
                "path": str(path),
                "digest": "-",
                "channel": 0,
            }
            rows.append({"token_id": f"{path.stem}@{onset:.3f}", **words})
            rows[-1]["recording_id"] = path.stem
    return pd.DataFrame(rows).sort_values("token_id", ignore_index=True)
