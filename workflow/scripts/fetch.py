"""Fetch the weights of image networks, and the pictures of Pascal1K."""

from pathlib import Path

from seesay.commands.fetch import fetch
from seesay.settings.fetch import FetchSettings
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__,
        # Networks separated by commas, and a folder; either may be empty.
        options={"networks": "", "folder": ""},
        settings=FetchSettings,
    )
    networks = [name for name in args.networks.split(",") if name]
    fetch(networks, Path(args.folder) if args.folder else None, args.settings)


if __name__ == "__main__":
    run(main)
