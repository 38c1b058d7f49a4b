"""Plan of a stack: resources, permissions and costs, without an account."""
