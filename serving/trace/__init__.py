"""Trace of one aircraft at one time: from the poll to the commit that shows it, or to the reason of its absence."""
