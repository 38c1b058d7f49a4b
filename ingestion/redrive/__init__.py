"""Recovery of refused responses and failed polls."""
