"""Deployment on AWS: settings -> components -> exports, for `pulumi up`."""
