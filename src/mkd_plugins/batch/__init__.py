"""Policies over whole populations: the same rules as columns, in Polars, DuckDB and Spark."""

from mkd_plugins.batch.engines import decide_frame

__all__ = ["decide_frame"]
