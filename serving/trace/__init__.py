"""Lineage: from an aircraft and a time to poll, response, row, verdict and commit, or to the reason of an absence."""
