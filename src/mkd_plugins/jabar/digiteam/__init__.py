"""Digiteam, where people of the Digital Service check in and keep a log book, each with a token of their own.

It has no account that reads or writes for others, so it is no backend of a port: a host in which somebody has logged
in writes that person's day and activities there. The contract is that of the public code of its server.
"""

from mkd_plugins.jabar.digiteam.client import DaysOff, Digiteam, Entry, Picture, Present

__all__ = ["DaysOff", "Digiteam", "Entry", "Picture", "Present"]
