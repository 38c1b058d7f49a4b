"""Athena's SQL on DuckDB: statements, parameters, translation."""
