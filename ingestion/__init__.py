"""Ingestion: sources, credit quota, polls, landing, the poll ledger and the Lambda handler."""
