"""Days built with DuckDB in one process: raw objects in, Parquet folders out."""
