"""Policy pack of Pulumi."""
