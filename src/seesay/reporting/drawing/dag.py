"""The stages and their inputs, drawn from top to bottom as SVG."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape

Layers = list[list[str]]
Edge = tuple[str, str]

WIDTH, HEIGHT = 116, 26  # of a stage's box
ACROSS, DOWN = 22, 22  # gaps between boxes
NARROW = 14  # width of a passing edge in a row
SWEEPS, PULLS = 8, 300
# The page's colours, or light ones if the drawing is a file of its own.
STYLE = Markup(
    "<style>"
    ".dag rect{fill:var(--card,#fff);stroke:var(--muted,#5d6472)}"
    ".dag text{fill:var(--ink,#1d2129);font:12px var(--sans,sans-serif);text-anchor:middle}"
    ".dag path{fill:none;stroke:var(--muted,#5d6472);stroke-width:1.2}"
    "</style>"
)


def draw(stages: Mapping[str, Sequence[str]]) -> Markup:
    """An SVG of an acyclic graph: each stage with the stages that it reads.

    Edges that longer paths imply are not drawn. Raises ValueError for a cycle, and for a stage that
    is read but not listed.
    """
    inputs = reduced(stages)
    layer = _layers(inputs)
    rows, edges = _rows(inputs, layer)
    rows = _uncrossed(rows, edges)
    place = _places(rows, edges)
    left = min(x for x, _ in place.values()) - WIDTH / 2 - 2
    width = max(x for x, _ in place.values()) + WIDTH / 2 + 2 - left
    height = len(rows) * (HEIGHT + DOWN) - DOWN + 4
    parts = [_path(place, edge) for edge in edges]
    for stage in stages:
        x, y = place[stage]
        box = f'x="{x - WIDTH / 2:.1f}" y="{y:.1f}" width="{WIDTH}" height="{HEIGHT}" rx="6"'
        parts.append(Markup("<rect {}/>").format(Markup(box)))
        text = f'x="{x:.1f}" y="{y + HEIGHT / 2 + 4:.1f}"'
        label = escape(stage.replace("_", " "))
        parts.append(Markup("<text {}>{}</text>").format(Markup(text), label))
    view = f"{left:.1f} -2 {width:.1f} {height:.1f}"
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="dag" role="img"'
        ' aria-label="The stages and their inputs" viewBox="{}" width="{:.0f}" height="{:.0f}">'
        "{}{}</svg>"
    ).format(view, width, height, STYLE, Markup("").join(parts))


def reduced(stages: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The graph without the edges that longer paths imply (its transitive reduction)."""
    above: dict[str, set[str]] = {}

    def ancestors(stage: str, path: tuple[str, ...]) -> set[str]:
        if stage in path:
            raise ValueError(f"stages read one another in a cycle: {' <- '.join((*path, stage))}")
        if stage not in stages:
            raise ValueError(f"stage {path[-1]} reads {stage}, which is not listed")
        if stage not in above:
            found = [ancestors(read, (*path, stage)) | {read} for read in stages[stage]]
            above[stage] = set().union(*found)
        return above[stage]

    for stage in stages:
        ancestors(stage, ())
    return {
        stage: [read for read in reads if not any(read in above[other] for other in reads)]
        for stage, reads in stages.items()
    }


def _layers(inputs: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The row of each stage: below its inputs, and as low as its readers allow."""
    layer: dict[str, int] = {}

    def lowest(stage: str) -> int:
        if stage not in layer:
            layer[stage] = max((lowest(read) + 1 for read in inputs[stage]), default=0)
        return layer[stage]

    for stage in sorted(inputs, key=lowest, reverse=True):
        readers = [layer[other] for other, reads in inputs.items() if stage in reads]
        if readers:
            layer[stage] = min(readers) - 1
    return layer


def _rows(inputs: Mapping[str, Sequence[str]], layer: dict[str, int]) -> tuple[Layers, list[Edge]]:
    """The rows from top to bottom, and the edges, cut at each row that they pass.

    A passing edge has its own place in each row; the name of the place has a `|`.
    """
    rows: Layers = [[] for _ in range(max(layer.values()) + 1)]
    for stage in inputs:
        rows[layer[stage]].append(stage)
    edges = []
    for stage, reads in inputs.items():
        for read in reads:
            last = read
            for row in range(layer[read] + 1, layer[stage]):
                passing = f"{read}|{stage}|{row}"
                rows[row].append(passing)
                edges.append((last, passing))
                last = passing
            edges.append((last, stage))
    return rows, edges


def _uncrossed(rows: Layers, edges: Sequence[Edge]) -> Layers:
    """The order within rows with the fewest crossings, by sweeps of barycentres."""
    best, fewest = rows, _crossings(rows, edges)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        order = {name: i for row in rows for i, name in enumerate(row)}
        rows = [list(row) for row in rows]
        for row in rows if down else reversed(rows):
            near: dict[str, list[int]] = {name: [] for name in row}
            for upper, lower in edges:
                name, other = (lower, upper) if down else (upper, lower)
                if name in near:
                    near[name].append(order[other])
            weight = {n: sum(at) / len(at) if at else order[n] for n, at in near.items()}
            row.sort(key=lambda name, weight=weight: (weight[name], order[name]))  # type: ignore[misc]
            order.update({name: i for i, name in enumerate(row)})
        crossings = _crossings(rows, edges)
        if crossings < fewest:
            best, fewest = rows, crossings
    return best


def _crossings(rows: Layers, edges: Sequence[Edge]) -> int:
    order = {name: (r, i) for r, row in enumerate(rows) for i, name in enumerate(row)}
    ends = [(order[upper], order[lower]) for upper, lower in edges]
    return sum(
        a[0][0] == b[0][0] and (a[0][1] - b[0][1]) * (a[1][1] - b[1][1]) < 0
        for i, a in enumerate(ends)
        for b in ends[:i]
    )


def _places(rows: Layers, edges: Sequence[Edge]) -> dict[str, tuple[float, float]]:
    """The middle of each box's top edge; every box is pulled towards its neighbours."""
    x: dict[str, float] = {}
    for row in rows:
        at = 0.0
        for name in row:
            wide = _wide(name)
            x[name] = at + wide / 2
            at += wide + ACROSS
        for name in row:
            x[name] -= (at - ACROSS) / 2
    near: dict[str, list[str]] = {name: [] for row in rows for name in row}
    for upper, lower in edges:
        near[upper].append(lower)
        near[lower].append(upper)
    # Distant neighbours pull no harder than near ones, so that most lines become straight.
    for _ in range(PULLS):
        for row in rows:
            for i, name in enumerate(row):
                pull = {n: _stiff(name, n) / (abs(x[n] - x[name]) + 1.0) for n in near[name]}
                wanted = sum(x[n] * p for n, p in pull.items()) / max(sum(pull.values()), 1e-9)
                low = x[row[i - 1]] + _gap(row[i - 1], name) if i else float("-inf")
                high = x[row[i + 1]] - _gap(name, row[i + 1]) if i + 1 < len(row) else float("inf")
                x[name] = min(max(wanted, low), high)
    return {
        name: (x[name], float(r * (HEIGHT + DOWN))) for r, row in enumerate(rows) for name in row
    }


def _wide(name: str) -> float:
    return NARROW if "|" in name else WIDTH


def _stiff(name: str, other: str) -> float:
    """The strength with which two places align; passing edges align most."""
    return float(1 + 3 * ("|" in name) + 3 * ("|" in other))


def _gap(left: str, right: str) -> float:
    return (_wide(left) + _wide(right)) / 2 + ACROSS


def _path(place: dict[str, tuple[float, float]], edge: Edge) -> Markup:
    """A curve from the bottom of the upper box to the top of the lower one."""
    (x0, y0), (x1, y1) = place[edge[0]], place[edge[1]]
    # An edge runs straight through its places in the rows that it passes.
    through = f"V{y0 + HEIGHT:.1f}" if "|" in edge[0] else ""
    start = f"M{x0:.1f} {y0 if through else y0 + HEIGHT:.1f}{through}"
    middle = (y0 + HEIGHT + y1) / 2
    curve = f"C{x0:.1f} {middle:.1f} {x1:.1f} {middle:.1f} {x1:.1f} {y1:.1f}"
    return Markup('<path d="{}"/>').format(start + curve)
