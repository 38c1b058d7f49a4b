"""What people are shown of the lake: the report page and the trace of a row."""
