"""The independent recount: from raw again, by plain Python and DuckDB, against what Spark has published."""
