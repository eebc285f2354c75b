"""Backends that know holidays and seasons, and the hours and seasons that ship as data."""
