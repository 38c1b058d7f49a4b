"""The Spark script that most teams write for this feed, with the same Java, memory and cores as this project's job.

    .venv/bin/python -m benchmarks.peers.spark_script LAKE OUT [--udf]

It reads the raw folder as multi-line JSON, explodes, casts column by column, filters, drops duplicates, coalesces to
one file and appends it to the day's partition. With --udf it cleans each response in a Python function instead, the
other usual way. It is tuned as far as such scripts are: the schema is given and not inferred, adaptive execution is on,
files are zstd.

Its answer is less than this project's: a number that was sent as text passes for a number, which of two repeats stays
is chance, and what is filtered out is neither kept nor counted. So only the number of rows is compared.
"""

import json
import sys
from pathlib import Path
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from cli.spark.local_session import local_spark_session
from flightlake.quality.rules import REJECTING
from flightlake.schema.tables.states import STATES

FIELDS = [column for column in STATES.columns if column.source_index is not None]
BY_TYPES = {"row_length", "field_types"}
"""Rules that ask how a field was sent, which is gone once everything is text."""

KINDS = {column.name: "bigint" if column.type == "timestamp" else column.type for column in FIELDS}
CLEAN_ROWS = f"array<struct<time bigint, {', '.join(f'{name} {kind}' for name, kind in KINDS.items())}>>"


def exploded(spark: SparkSession, pattern: str) -> DataFrame:
    """Return the rows of all responses, cast column by column."""
    responses = (
        spark.read.schema("time bigint, states array<array<string>>")
        .option("multiLine", value=True)
        .option("recursiveFileLookup", value=True)
        .json(pattern)
    )
    rows = responses.select("time", F.explode("states").alias("s"))
    return rows.select("time", *[_cast(column.source_index or 0, column.name, KINDS[column.name]) for column in FIELDS])


def _cast(index: int, name: str, kind: str) -> Column:
    field = F.get("s", F.lit(index))
    if kind == "string":
        return F.nullif(F.trim(field), F.lit("")).alias(name)
    return field.try_cast(kind).alias(name)


def cleaned_by_python(spark: SparkSession, pattern: str) -> DataFrame:
    """Return the rows of all responses, cleaned by a Python function."""
    clean = F.udf(lambda text: _clean(text), CLEAN_ROWS)  # noqa: PLW0108 - Spark would judge it by its type hints
    texts = spark.read.option("wholetext", value=True).option("recursiveFileLookup", value=True).text(pattern)
    # The time comes out of the function too: asked for beside it, the whole text would be parsed again for each row.
    return texts.select(F.explode(clean("value")).alias("r")).select("r.*")


def _clean(text: str) -> list[tuple[Any, ...]]:
    response, kinds = json.loads(text), list(KINDS.values())
    places = [column.source_index or 0 for column in FIELDS]
    return [
        (
            response["time"],
            *(_python_value(row[i] if i < len(row) else None, kind) for i, kind in zip(places, kinds, strict=True)),
        )
        for row in response["states"] or []
    ]


def _python_value(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "string":
        return value.strip() or None
    try:
        return float(value) if kind == "double" else value
    except ValueError:
        return None


def main() -> None:
    lake, out = Path(sys.argv[1]), sys.argv[2]
    spark = local_spark_session()
    for ours in ("spark.sql.optimizer.excludedRules", "spark.sql.codegen.hugeMethodLimit"):
        spark.conf.unset(ours)  # what suits this project's job is not what such a script comes with
    read = cleaned_by_python if "--udf" in sys.argv else exploded
    rows = read(spark, f"{lake}/raw/states").withColumnRenamed("time", "snapshot_at_s")
    instants = [column.name for column in FIELDS if column.type == "timestamp"]
    named = rows.withColumnsRenamed({name: f"{name}_s" for name in instants})
    for rule in REJECTING:
        if rule.name not in BY_TYPES:
            applies = rule.applies.replace("is_readable", "true")
            named = named.filter(f"not (({applies}) and ({rule.broken}))")
    typed = named.withColumns({name: F.timestamp_seconds(f"{name}_s") for name in (*instants, "snapshot_at")})
    curated = typed.dropDuplicates(["icao24", "snapshot_at"]).withColumn("snapshot_date", F.to_date("snapshot_at"))
    columns = [*(column.name for column in STATES.columns), "snapshot_date"]
    one_file = curated.select(*columns).coalesce(1)
    one_file.write.mode("append").option("compression", "zstd").partitionBy("snapshot_date").parquet(out)
    print(json.dumps({"curated": spark.read.parquet(out).count()}))
    spark.stop()


if __name__ == "__main__":
    main()
