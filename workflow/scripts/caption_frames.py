"""Compute the log-Mel frames of one shard's whole recordings."""

from seesay.audio.caption_frames import extract_shard
from seesay.settings.logmel import LogmelSettings
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__, inputs=["manifest"], outputs=["frames", "rejects"], settings=LogmelSettings
    )
    extract_shard(args.manifest, args.frames, args.rejects, args.settings)


if __name__ == "__main__":
    run(main)
