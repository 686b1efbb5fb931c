"""Compute the log-Mel vectors of one shard's tokens."""

from seesay.command import arguments, run
from seesay.logmel import extract_shard
from seesay.settings.logmel import LogmelSettings


def main() -> None:
    args = arguments(
        __doc__, inputs=["manifest"], outputs=["logmel", "rejects"], settings=LogmelSettings
    )
    extract_shard(args.manifest, args.logmel, args.rejects, args.settings)


if __name__ == "__main__":
    run(main)
