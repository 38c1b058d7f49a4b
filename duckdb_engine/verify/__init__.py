"""Verification in one process: published days against a recomputation from raw by plain Python and DuckDB."""
