"""DuckDB as an engine in one process: builds days, answers Athena's SQL, verifies what is published."""
