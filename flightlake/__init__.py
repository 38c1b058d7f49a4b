"""Library of the lake: contract, quality rules, commit log, publishing and storage."""

__version__ = "0.1.0"
