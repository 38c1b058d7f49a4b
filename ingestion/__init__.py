"""How data comes in: sources, the law of polling, landing, the ledger, the Lambda handler."""
