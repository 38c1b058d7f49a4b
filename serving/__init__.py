"""Presentation of a lake to people: the report page, and the trace of an aircraft."""
