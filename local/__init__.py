"""The lake on one machine: command line, simulator, SQL engine, recount and report."""
