"""A drawing of the network with its sizes (the paper's Fig. 1, left) as SVG."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from seesay.planning.experiments import section
from seesay.settings.choice import about

WIDTH, HEIGHT, DOWN, ACROSS = 190, 34, 20, 40  # px, of a layer's box and the gaps
NARROWEST = 90  # px
STYLE = Markup(
    "<style>"
    ".net rect{fill:var(--card,#fff);stroke:var(--muted,#5d6472)}"
    ".net .image{stroke:var(--accent,#2456c7)}.net .speech{stroke:var(--warm,#b5491b)}"
    ".net text{fill:var(--ink,#1d2129);font:12px var(--sans,sans-serif);text-anchor:middle}"
    ".net .unit{fill:var(--muted,#5d6472);font-size:11px}"
    ".net path{fill:none;stroke:var(--muted,#5d6472);stroke-width:1.2}"
    "</style>"
)


def sizes(
    recipe: Mapping[str, Any],
    features: int,
    frames: int,
    filters: int,
    what: str = "log-Mel filters",
) -> dict[str, Any]:
    """The sizes of both branches from the input to the embedding, and the number of weights.

    `recipe` has `image_layers`, `speech_layers` and `embedding`. `features` is the length of a
    fragment's vector, and `what` names the numbers of a frame. `weights` is None, as not counted,
    for a branch of convolutions or attention and for the gate of the whole picture.
    """
    branches = {
        "image": [features, *recipe["image_layers"], recipe["embedding"]],
        "speech": [frames * filters, *recipe["speech_layers"], recipe["embedding"]],
    }
    encoder = recipe.get("speech_encoder", "mlp")
    gated = recipe.get("context", "none") == "gate"
    weights = sum(
        (branch[i] + 1) * branch[i + 1]
        for branch in branches.values()
        for i in range(len(branch) - 1)
    )
    heard = f"{frames} frames × {filters} {what}"
    if recipe.get("unit") == "caption":
        branches["speech"][0] = filters
        heard = f"each frame of a caption, {filters} {what}"
    return {
        **branches,
        "weights": None if gated or encoder != "mlp" else weights,
        "input": heard,
        "picture": "a fragment’s features, the picture’s gated in" if gated else "",
        "unit": about("seesay.model.speech_encoders", encoder).units,
    }


def describe(config: Mapping[str, Any], experiment: str, features: int) -> dict[str, Any]:
    """An experiment's network: its drawing, number of weights, activation and stopping rule."""
    recipe, logmel = (section(config, experiment, name) for name in ("training", "logmel"))
    what = "numbers of a speech model" if logmel.get("model") else "log-Mel filters"
    found = sizes(recipe, features, logmel["frames"], logmel["filters"], what)
    last = ", including the last" if recipe.get("output", "relu") == "relu" else " except the last"
    activation = f"a ReLU capped at {recipe['relu_cap']:g} after every layer{last}"
    r10 = recipe.get("criterion", "loss") == "r10"
    searches = "Word Token by Image and Image Token by Word"
    if recipe.get("unit") == "caption":
        searches = "Picture by caption and Caption by picture"
    return {
        "drawn": draw(found, activation),
        "weights": found["weights"],
        "activation": activation,
        "watched": f"R@10 on the validation set (the mean of {searches})"
        if r10
        else "the validation loss",
        "patience": recipe["patience"],
        "most": recipe["max_epochs"],
        "falls": recipe["learning_rate"] if recipe.get("schedule") == "cosine" else None,
        "pseudo_words": recipe.get("pseudo_words", 0),
        "rounds": recipe.get("pseudo_rounds", 1),
    }


def draw(found: Mapping[str, Any], activation: str) -> Markup:
    """An SVG of the two branches, from the inputs at the bottom to the cosine at the top."""
    image, speech = found["image"], found["speech"]
    layers = max(len(image), len(speech))
    total = 2 * WIDTH + ACROSS
    height = (layers + 1) * (HEIGHT + DOWN) + 20
    widest = max(*image, *speech)
    parts: list[Markup] = []
    for kind, branch, x in (("image", image, WIDTH / 2), ("speech", speech, 1.5 * WIDTH + ACROSS)):
        tops = _tops(len(branch), layers)
        for n, (size, top) in enumerate(zip(branch, tops, strict=True)):
            width = NARROWEST + (WIDTH - NARROWEST) * (size / widest) ** 0.5
            parts.append(
                _box(x, top, width, kind, _label(n, len(branch), size, kind, found["unit"]))
            )
            if n:
                parts.append(_line(x, tops[n - 1], x, top + HEIGHT))
        parts.append(_line(x, tops[-1], total / 2, 2 + HEIGHT))
        parts.append(_text(x, height - 6, _foot(kind, found), "unit"))
    parts.append(_box(total / 2, 2, 120, "", "cosine"))
    said = f"Image branch {_sizes(image)}; speech branch {_sizes(speech)}"
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="net" role="img" aria-label="{}"'
        ' viewBox="-2 0 {} {}" width="{}" height="{}">{}{}</svg>'
    ).format(
        f"{said}; {activation}; compared by cosine",
        total + 4,
        height,
        total + 4,
        height,
        STYLE,
        Markup("").join(parts),
    )


def _tops(count: int, layers: int) -> list[float]:
    """The top edges of a branch's boxes, from the input at the bottom."""
    bottom, top = layers * (HEIGHT + DOWN), HEIGHT + DOWN
    step = (bottom - top) / (count - 1)
    return [bottom - n * step for n in range(count)]


def _label(n: int, count: int, size: int, kind: str, unit: str) -> str:
    if n == 0:
        return f"{size:,} in"
    if n == count - 1:
        return f"{size:,} shared"
    return f"{size:,} {unit if kind == 'speech' else 'ReLU'}"


def _foot(kind: str, found: Mapping[str, Any]) -> str:
    picture = found["picture"] or "a picture fragment’s features"
    return picture if kind == "image" else str(found["input"])


def _sizes(branch: Sequence[int]) -> str:
    return " to ".join(f"{size:,}" for size in branch)


def _box(x: float, y: float, width: float, kind: str, text: str) -> Markup:
    box = Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{}" rx="6" class="{}"/>')
    drawn = box.format(x - width / 2, y, width, HEIGHT, kind)
    return drawn + _text(x, y + HEIGHT / 2 + 4, text)


def _text(x: float, y: float, text: str, kind: str = "") -> Markup:
    mark = Markup(' class="{}"').format(kind) if kind else Markup("")
    return Markup('<text x="{:.1f}" y="{:.1f}"{}>{}</text>').format(x, y, mark, escape(text))


def _line(x0: float, y0: float, x1: float, y1: float) -> Markup:
    return Markup('<path d="M{:.1f} {:.1f}L{:.1f} {:.1f}"/>').format(x0, y0, x1, y1)
