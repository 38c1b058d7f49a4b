"""Job entries: arguments, session, one call."""
