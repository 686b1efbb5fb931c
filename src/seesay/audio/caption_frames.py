"""log-Mel frames of whole recordings, for networks that hear captions (training.unit: caption)."""

from pathlib import Path

import numpy as np
import pandas as pd

from seesay.audio.logmel import Floats, LogMel, maker
from seesay.schemas.audio import CAPTION_FRAMES, TOKEN_MANIFEST
from seesay.settings.logmel import LogmelSettings
from seesay.shared import sound, sources, tables
from seesay.shared.errors import InputError, cause
from seesay.shared.progress import progress
from seesay.shared.rejects import write_rejects

SILENCED = (
    "around {:.3f} s the recording holds samples that no sound has: not finite numbers, or far"
    " above those where full scale is 1; they are silence here; replace it"
)


def extract_shard(manifest: Path, out: Path, rejects: Path, settings: LogmelSettings) -> None:
    """Write the tables `caption_frames` and `rejects` of one shard.

    Of the section logmel it reads the keys of frames, not those that cut words. Recordings that
    cannot be read go to `rejects`, and so does a note on each with samples that no sound has, which
    are silenced; with `on_bad_input: fail` they end the run with InputError. So do recordings that
    share a file, as Kaldi's segments do: their frames would be those of the whole file.
    """
    tokens = tables.read(TOKEN_MANIFEST, manifest)
    recordings = tokens.drop_duplicates("recording_id").sort_values("recording_id")
    _check_own_files(recordings, manifest)
    compute = maker(settings)
    refused: list[tuple[str, str, str]] = []
    with tables.Writer(CAPTION_FRAMES, out) as writer:
        for row in progress(recordings.to_dict("records"), "caption frames", "recording"):
            path, name = Path(row["path"]), str(row["recording_id"])
            try:
                frames, silenced = frames_of(compute, path, int(row["channel"]))
            except InputError as error:
                if settings.on_bad_input == "fail":
                    raise
                refused.append(("caption_frames", name, cause(error, path)))
                continue
            if silenced:
                reason = SILENCED.format(silenced[0])
                if settings.on_bad_input == "fail":
                    raise InputError(f"{path}: {reason}")
                refused.append(("caption_frames", name, reason))
            columns = {"recording_id": [name], "frames": np.array([len(frames)], np.int32)}
            writer.write({**columns, "feature": [frames.reshape(-1)]})
        sources.unchanged(tokens, "speech")
    write_rejects(rejects, refused)


def frames_of(compute: LogMel, path: Path, channel: int) -> tuple[Floats, list[float]]:
    """The frames (n, filters) of a recording, and the times in s of samples that were silenced.

    A speech model hears far around each moment, so for one such samples are an InputError.
    """
    faults: list[float] | None = [] if compute.settings.model is None else None
    pieces = sound.pieces(path, compute.settings.sample_rate, channel, faults)
    return compute.normalised(compute.frames(pieces)), faults or []


def _check_own_files(recordings: pd.DataFrame, manifest: Path) -> None:
    """Raise InputError for two recordings that are parts of one file."""
    shared = recordings[sources.sharing(recordings)]
    if len(shared):
        first, other = shared.sort_values(["path", "channel"])["recording_id"].tolist()[:2]
        raise InputError(
            f"{manifest}: {first} and {other} are parts of one file, and unit: caption hears whole"
            " files; cut the file into one a caption"
        )
