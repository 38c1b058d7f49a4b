"""Storage: opening a lake, and the adapters of its ports for a folder and for AWS."""
