"""The lake's tables, each written once."""
