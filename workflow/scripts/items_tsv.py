"""Write every experiment's items as tab-separated text, and the codebook of its columns."""

from seesay.scoring.items import export
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(__doc__, lists=["items"], outputs=["tsv", "codebook"])
    export(args.items, args.tsv, args.codebook)


if __name__ == "__main__":
    run(main)
