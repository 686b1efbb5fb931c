"""Write ready-made fragments as the features of every shard."""

from seesay.settings.fragments import FragmentsSettings
from seesay.shared.command import arguments, run
from seesay.vision.fragments import make_shards


def main() -> None:
    args = arguments(
        __doc__,
        lists=["manifests"],
        outputs=["rejects"],
        list_outputs=["fc7"],
        settings=FragmentsSettings,
    )
    make_shards(args.manifests, args.fc7, args.rejects, args.settings)


if __name__ == "__main__":
    run(main)
