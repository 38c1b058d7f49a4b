"""Entry points of the Glue jobs: arguments, session, one call."""
