"""Pure functions from DataFrame to DataFrame; no input or output, no UDF on the row path."""
