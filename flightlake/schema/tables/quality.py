"""Table of the quality scores."""

from flightlake.schema.contract import Column, Table
from flightlake.schema.tables.states import SNAPSHOT_DATE

QUALITY_SCORES = Table(
    name="quality_scores",
    grain="one rule on one day; a dimension where rule is null; the whole day where dimension is null too",
    columns=(
        Column("dimension", "string", "completeness, accuracy, consistency, timeliness or validity"),
        Column("rule", "string", "name of the rule"),
        Column("severity", "string", "reject or warn; null for a dimension and the whole"),
        Column("checked_count", "bigint", "rows that the rule applies to", "rows"),
        Column("failed_count", "bigint", "rows among them that break it", "rows"),
        Column("score", "double", "100 x passed / checked; mean of the rules; mean of the dimensions", "percent"),
    ),
    partition_columns=(SNAPSHOT_DATE,),
)
