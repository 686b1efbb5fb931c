"""Write ready-made fragments as the features of every shard."""

from seesay.command import arguments, run
from seesay.fragments import make_shards
from seesay.settings.fragments import FragmentsSettings


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
