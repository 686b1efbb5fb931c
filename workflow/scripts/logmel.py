"""Compute the log-Mel vectors of one shard's tokens."""

from seesay.audio.logmel import extract_shard
from seesay.settings.logmel import LogmelSettings
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__, inputs=["manifest"], outputs=["logmel", "rejects"], settings=LogmelSettings
    )
    extract_shard(args.manifest, args.logmel, args.rejects, args.settings)


if __name__ == "__main__":
    run(main)
