"""Pulumi components, one for each concern; none has an argument that could make it unsafe."""
