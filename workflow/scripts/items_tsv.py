"""Write every experiment's items as tab-separated text, and what its columns are."""

from seesay.command import arguments, run
from seesay.items import export


def main() -> None:
    args = arguments(__doc__, lists=["items"], outputs=["tsv", "codebook"])
    export(args.items, args.tsv, args.codebook)


if __name__ == "__main__":
    run(main)
