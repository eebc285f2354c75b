"""Notices by JabarNotify, the province's own system of messages."""
