"""Backends that take pay lines."""
