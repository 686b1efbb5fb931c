"""Write the boxes, scores and features of every picture as an npz file."""

from seesay.shared.command import arguments, run
from seesay.vision.npz import write_pictures


def main() -> None:
    args = arguments(__doc__, lists=["fc7", "regions"], outputs=["folder"])
    write_pictures(args.fc7, args.regions, args.folder)


if __name__ == "__main__":
    run(main)
