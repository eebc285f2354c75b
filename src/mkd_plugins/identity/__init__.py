"""Backends that know people, units and mandates."""
