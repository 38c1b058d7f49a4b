"""The ground floor: what every room agrees on, and the ports to the world outside. It imports nothing of ours."""

__version__ = "0.1.0"
