"""Journals: events and the outbox in one store. ``sqlite`` needs the standard library alone, ``sql`` the extra sql."""
