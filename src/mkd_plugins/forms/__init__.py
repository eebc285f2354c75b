"""Requests and answers as plain data: what goes through the command line and HTTP, read and written once."""
