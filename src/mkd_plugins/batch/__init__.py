"""Policies over whole populations: the same rules as columns, in Polars, DuckDB and Spark."""

from __future__ import annotations

from typing import TypeVar

from mkd_core.policy import Policy

__all__ = ["decide_frame"]

Frame = TypeVar("Frame")


def decide_frame(policy: Policy, frame: Frame) -> Frame:
    """The frame with three more columns: ``outcome``, ``failed`` and ``undetermined``, one answer for each row.

    ``frame`` is a Polars ``DataFrame`` or ``LazyFrame``, a DuckDB relation, a Spark ``DataFrame``, a pandas
    ``DataFrame`` or an Arrow ``Table``; the answer is of the same kind, and lazy where the frame is. Columns are named
    like the facts (``applicant.rating``); an absent column is missing in every row, others are kept as they are. Times
    are minutes of the day, or text ``HH:MM``; dates are dates, or text ``YYYY-MM-DD``; NaN is missing.

    ``outcome`` is approve, refer or refuse; ``failed`` and ``undetermined`` are 64-bit integers in which bit *i* stands
    for rule *i* (``policy.names_of`` names them). All three are null in a row with a value outside the vocabulary. Rows
    may come back in another order.

    ``policy`` is that of one day and moment: ``load_policy(ID, on=DATE).at("vote")``. Raises ``InvalidInput`` before
    anything is computed: for a column named like an answer or like no fact of its namespace, and for columns of a type
    in which the fact cannot be read.
    """
    from mkd_plugins.extras import needed

    needed("narwhals", "polars")
    from mkd_plugins.batch.engines import decided

    answer: Frame = decided(policy, frame)
    return answer
