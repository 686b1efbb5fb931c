"""Turn the regions of one shard into features of several networks, and keep the best scored."""

from seesay.settings.fc7 import Fc7Networks
from seesay.shared.command import arguments, run
from seesay.vision.fc7_networks import extract_shard


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["manifest", "regions"],
        outputs=["fc7"],
        options={"device": "auto", "threads": 1, "workers": 1},
        settings=Fc7Networks,
    )
    extract_shard(
        args.manifest,
        args.regions,
        args.fc7,
        args.settings,
        args.device,
        args.threads,
        args.workers,
    )


if __name__ == "__main__":
    run(main)
