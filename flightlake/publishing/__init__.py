"""Publishing of days, independent of the engine that builds them."""
