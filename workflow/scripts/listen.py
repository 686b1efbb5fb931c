"""Make the clips and pictures of the report's section Listen and look, with the model's finds."""

from dataclasses import fields

from seesay.exhibits.listen import Inputs, prepare
from seesay.settings.captions.evaluation import CaptionEvaluation
from seesay.settings.listen import ListenSettings
from seesay.shared.command import arguments, run

LISTS = ["regions", "logmel", "human", "whole"]


def main() -> None:
    inputs = [field.name for field in fields(Inputs)]
    args = arguments(
        __doc__,
        inputs=[name for name in inputs if name not in LISTS],
        lists=LISTS,
        outputs=["out", "rejects"],
        options={
            "experiment": str,
            "system": str,
            "seed": int,
            "frames": int,
            "hop": float,
            "span": "window",
            "evaluation": "{}",
        },
        settings=ListenSettings,
    )
    prepare(
        Inputs(**{name: getattr(args, name) for name in inputs}),
        args.out,
        args.rejects,
        args.settings,
        about={"experiment": args.experiment, "system": args.system, "seed": args.seed},
        frames=args.frames,
        hop=args.hop,
        span=args.span,
        evaluation=CaptionEvaluation.model_validate_json(args.evaluation) if args.whole else None,
    )


if __name__ == "__main__":
    run(main)
