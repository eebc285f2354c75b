"""The HR system itself."""
