"""The policies as a pack of Pulumi."""
