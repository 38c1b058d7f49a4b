"""Java for Spark on one machine: set up where there is none, found where there is one, kept quiet."""
