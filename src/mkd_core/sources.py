"""Where law and numbers come from: the instrument, and honestly how much of it was read."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

SourceKind = Literal["law", "circular", "directive", "agreement", "press", "ours"]
Reading = Literal["full", "excerpt", "press", "practice", "ours"]
"""How an instrument was read: ``practice`` is seen in use, such as in public code; ``ours`` is no source at all."""


@frozen(kw_only=True)
class Source:
    """An instrument that a rule or a number rests on.

    ``read``  says how much of it was read by whoever wrote the rule down.
    ``note``  what a careful reader should know about it.
    """

    id: str = ""
    title: str
    kind: SourceKind = "ours"
    read: Reading = "ours"
    note: str = ""
