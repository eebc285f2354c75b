"""Backends ``http``: identity, payroll, notification, schedule and calendar asked of a host over HTTP.

The host implements the document ``openapi.json`` in whatever language it is written in; ``mkd plugins openapi`` prints
it. The five are one room, for they share one client and one document. Beside them ``webhook`` tells a system of events,
over the same wire. ``plugin`` announces all.
"""
