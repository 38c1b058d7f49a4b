"""Verification with Spark: published days against a recomputation from raw."""
