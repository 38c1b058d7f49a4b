"""Athena's SQL on DuckDB: reading statements, giving their parameters values, translating what means something else."""
