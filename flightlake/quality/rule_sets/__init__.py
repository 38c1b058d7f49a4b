"""Quality rules by topic, in the order in which `flightlake.quality.rules` lists them."""
