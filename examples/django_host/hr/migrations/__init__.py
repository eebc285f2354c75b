"""The tables of the host, and those of the journal beside them."""
