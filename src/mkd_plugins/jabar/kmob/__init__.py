"""Presence of K-Mob, as SIAP exports it day by day."""
