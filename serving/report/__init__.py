"""The report: one self-contained HTML page about a lake, by topic: named queries, charts, sections."""
