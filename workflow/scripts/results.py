"""Put finished studies into docs/results.md, beside those that it has already."""

from seesay.reporting.results_page import joined
from seesay.shared import writing
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(__doc__, lists=["studies"], outputs=["page"], options={"head": str})
    old = args.page.read_text(encoding="utf-8") if args.page.exists() else ""
    studies = [path.read_text(encoding="utf-8") for path in args.studies]
    writing.write_text(args.page, joined(args.head, old, studies))


if __name__ == "__main__":
    run(main)
