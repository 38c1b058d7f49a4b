"""Credit quota of a poller: budget, cooldown and circuit breaker."""
