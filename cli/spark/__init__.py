"""Spark on one machine: its installation, a suitable Java, and the local session."""
