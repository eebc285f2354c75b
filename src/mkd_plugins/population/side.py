"""One of the two policies of a comparison, and the day for which it decides."""

from __future__ import annotations

from datetime import date
from typing import Self

import attrs

from mkd_core.errors import PolicyError, did_you_mean
from mkd_core.policy import History, Policy
from mkd_core.policy.terms import Period


@attrs.frozen(kw_only=True)
class Side:
    """A policy and a day. ``policy`` is the version as it is written; its day's parameters are those of ``on``."""

    policy: Policy
    on: date

    @classmethod
    def of(cls, history: History, on: date, version: str | None = None) -> Self:
        """The version in force on that day; with ``version`` that one, as if it were in force on the day.

        Raises ``PolicyError``: MKD320 where no version is in force, MKD496 where none is called so.
        """
        if version is None:
            return cls(policy=history.on(on), on=on)
        found = {policy.version: policy for policy in history.policies}
        if version not in found:
            raise PolicyError(
                "MKD496", f"no version is called {version!r}", where=history.id, mend=did_you_mean(version, found)
            )
        return cls(policy=attrs.evolve(found[version], period=Period(on)), on=on)

    @property
    def name(self) -> str:
        """``jabar-mkd 2023.1, 2023-06-20``."""
        return f"{self.policy.id} {self.policy.version}, {self.on}"
