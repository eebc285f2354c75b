"""Backends that tell people."""
