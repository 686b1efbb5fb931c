"""Chooses the words, tokens, pictures and fragments to show: by rank, never by hand."""

from typing import Any

import pandas as pd

Record = dict[str, Any]
KINDS = ("best", "typical", "worst")


def spread(size: int, number: int) -> list[int]:
    """`number` positions among 0 to `size` - 1, evenly, including both ends.

    All of them if `number` is enough; a single one is the middle.
    """
    if number >= size:
        return list(range(size))
    if number == 1:
        return [(size - 1) // 2]
    return [i * (size - 1) // (number - 1) for i in range(number)]


def kinds(size: int, number: int) -> dict[int, str]:
    """The first, middle and last `number` of a ranking of `size`, best first, by position.

    Each kind is at most a third of the ranking; of one or two items the first is the best.
    """
    number = min(number, max(size // 3, 1))
    middle = (size - number) // 2
    starts = {"worst": size - number, "typical": middle, "best": 0}
    found = {start + i: kind for kind, start in starts.items() for i in range(number)}
    return {place: found[place] for place in sorted(found) if 0 <= place < size}


def chosen(size: int, number: int, cases: int) -> list[int]:
    """Positions in a ranking to show: those of `kinds`, and others evenly.

    At most `number` in all.
    """
    must = set(kinds(size, cases))
    others = sorted(set(range(size)) - must)
    more = spread(len(others), number - len(must)) if number > len(must) else []
    return sorted(must | {others[i] for i in more})


def voices(tokens: pd.DataFrame, number: int) -> list[int]:
    """Index labels of `number` tokens of a word, from the best ranked to the worst.

    `tokens` has `rank`, `token_id` and `talker`. At even places of the ranking it takes the nearest
    token of a talker not yet heard; once all are heard, the nearest unused token.
    """
    order = tokens.sort_values(["rank", "token_id"], kind="stable")
    talkers = order["talker"].tolist()
    taken: list[int] = []
    for goal in spread(len(order), number):
        heard = {talkers[i] for i in taken}
        free = [i for i in range(len(order)) if i not in taken]
        fresh = [i for i in free if talkers[i] not in heard] or free
        taken.append(min(fresh, key=lambda i: (abs(i - goal), i)))
    return [int(i) for i in order.index[sorted(taken)]]


def choose(
    queries: pd.DataFrame, by: str, most: int, cases: int, each: int
) -> list[tuple[str, Record, list[int]]]:
    """Groups of queries, by the median rank of their queries, and the queries to show of each.

    `queries` has the group's column `by`, `rank`, `token_id` and `talker`; those without a rank are
    left out. Chooses at most `most` groups: the best, typical and worst `cases` and others evenly,
    and at most `each` queries of each. Returns each group's name, a record of `place` (from 1),
    `kind` ("" for the others), `median` and `count`, and the index labels of the queries.
    """
    ranked = queries[queries["rank"].notna()]
    table = ranked.groupby(by)["rank"].agg(["median", "size"]).reset_index()
    table = table.sort_values(["median", by], kind="stable", ignore_index=True)
    kind = kinds(len(table), cases)
    medians, counts = table["median"].tolist(), table["size"].tolist()
    groups = ranked.groupby(by)
    return [
        (
            str(table[by].iat[place]),
            {
                "place": place + 1,
                "kind": kind.get(place, ""),
                "median": medians[place],
                "count": counts[place],
            },
            voices(groups.get_group(table[by].iat[place]), each),
        )
        for place in chosen(len(table), most, cases)
    ]
