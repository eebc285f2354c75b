"""Backends that take day plans."""
