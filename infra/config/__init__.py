"""Configuration of a stack: settings, names, tags and schedules."""
