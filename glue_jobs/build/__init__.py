"""Days built with Spark: raw objects in, Parquet folders out."""
