"""Propose candidate boxes for the pictures of one shard."""

from seesay.settings.regions import RegionsSettings
from seesay.shared.command import arguments, run
from seesay.vision.regions import propose_shard


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
