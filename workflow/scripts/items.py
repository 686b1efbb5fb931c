"""List every query of an experiment with its picture, words, talker and rank."""

from seesay.scoring.items import Inputs, list_items
from seesay.shared.command import arguments, run


def main() -> None:
    lists = [name for name in Inputs.__annotations__ if name != "caption_words"]
    args = arguments(
        __doc__,
        inputs=["caption_words"],
        lists=lists,
        outputs=["items"],
        options={"synthetic": 0},
    )
    given = {name: getattr(args, name) for name in Inputs.__annotations__}
    list_items(Inputs(**given), args.items, bool(args.synthetic))


if __name__ == "__main__":
    run(main)
