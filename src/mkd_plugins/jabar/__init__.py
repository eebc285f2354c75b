"""The reference adapter for West Java: the province's systems as backends, each usable alone and composed by name."""
