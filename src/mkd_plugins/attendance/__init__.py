"""Backends that know when people were seen at work."""
