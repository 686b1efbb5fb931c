#!/usr/bin/env bash
# pyarrow 26.0.1 and duckdb 2.0.1: a filter that is applied while a Parquet file is read loses rows of
# NaN that the same filter keeps on the table, and is_nan itself can find none.
#
# Guess before it was run: filters only save time, so that read_table(filters=f) gives the rows of
# read_table().filter(f), and a query of a file in duckdb gives those of a table made from it.
# Seen: a row group's least and largest value leave out NaN, and both libraries believe them of all its
# rows. Of the scores 1, NaN, 1, 1 pyarrow's filter for NaN finds no row and "not equal to 1" none
# either; "not (x <= 1)" loses the NaN of groups whose numbers are at most 1. In duckdb, where NaN is
# larger than every number, x > 1, x <> 1 and max(x) of the file differ from those of the table.
# So a check for scores that are no numbers finds a file clean. polars 1.44.2 keeps the rows.
# Fails when file and table agree in pyarrow or in duckdb.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pyarrow==26.0.1 duckdb==2.0.1 polars==1.44.2 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import duckdb
import polars
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

NAN = float("nan")
scores = {"same": [1.0, NAN, 1.0, 1.0], "low and high": [0.1, NAN, 0.2, 0.3, 2.0, 3.0, 0.5, 0.1]}
x = pc.field("x")


def seen(values):
    """The rows (for max: the value) of each filter, as the file is read and on the table."""
    table = pa.table({"row": range(len(values)), "x": values})
    pq.write_table(table, "scores.parquet", row_group_size=4)
    duckdb.sql("create or replace table scores as select * from 'scores.parquet'")
    asked = {"is_nan(x)": pc.is_nan(x), "x != 1": x != 1, "not x <= 1": ~(x <= 1)}
    found = {
        f"pyarrow {name}": [
            pq.read_table("scores.parquet", filters=filter)["row"].to_pylist(),
            pq.read_table("scores.parquet").filter(filter)["row"].to_pylist(),
        ]
        for name, filter in asked.items()
    }
    for name in ("x > 1", "x <> 1"):
        found[f"duckdb {name}"] = [
            [row for (row,) in duckdb.sql(f"select row from {source} where {name} order by row").fetchall()]
            for source in ("'scores.parquet'", "scores")
        ]
    found["duckdb max(x)"] = [
        str(duckdb.sql(f"select max(x) from {source}").fetchall()[0][0])
        for source in ("'scores.parquet'", "scores")
    ]
    column = polars.col("x")
    for name, filter in {"x > 1": column > 1, "x != 1": column != 1, "is_nan(x)": column.is_nan()}.items():
        found[f"polars {name}"] = [
            polars.scan_parquet("scores.parquet").filter(filter).collect()["row"].to_list(),
            polars.read_parquet("scores.parquet").filter(filter)["row"].to_list(),
        ]
    return found


same, other = (seen(values) for values in scores.values())
for values, found in zip(scores.values(), (same, other)):
    print(values)
    for name, (file, table) in found.items():
        print(f"  {name:20} of the file {file}, of the table {table}")
assert same["pyarrow is_nan(x)"] == [[], [1]]
assert same["pyarrow x != 1"] == [[], [1]]
assert other["pyarrow not x <= 1"] == [[4, 5], [1, 4, 5]]
assert same["duckdb x <> 1"] == [[], [1]]
assert other["duckdb x > 1"] == [[4, 5], [1, 4, 5]]
assert other["duckdb max(x)"] == ["3.0", "nan"]
assert all(file == table for name, (file, table) in [*same.items(), *other.items()] if "polars" in name)
PYTHON
