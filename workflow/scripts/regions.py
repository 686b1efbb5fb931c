"""Propose candidate boxes for the pictures of one shard."""

from seesay.command import arguments, run
from seesay.regions import propose_shard
from seesay.settings.regions import RegionsSettings


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["manifest"],
        outputs=["regions", "rejects"],
        options={"device": "auto"},
        settings=RegionsSettings,
    )
    propose_shard(args.manifest, args.regions, args.rejects, args.settings, args.device)


if __name__ == "__main__":
    run(main)
