"""Deployment packages: the Lambda zip and the Glue library, built reproducibly."""
