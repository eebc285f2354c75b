"""One thing that ``mkd plugins doctor`` looked at: fine, worth a note, or broken with a code and a mend."""

from __future__ import annotations

from typing import Literal

import attrs

from mkd_plugins.mends import mend_of
from mkd_plugins.problems import PluginProblem

State = Literal["ok", "note", "broken"]


@attrs.frozen(kw_only=True)
class Finding:
    """What was found of one part."""

    part: str
    line: str
    state: State = "ok"
    code: str = ""
    mend: str = ""

    def __str__(self) -> str:
        mend = f" ({self.mend})" if self.mend else ""
        return f"{self.code} {self.part}: {self.line}{mend}"


def broken(part: str, code: str, line: str, mend: str = "") -> Finding:
    """Something that does not work; the mend is that of the catalogue when nothing better is said."""
    return Finding(part=part, line=line, state="broken", code=code, mend=mend or mend_of(code))


def problem_found(problem: PluginProblem) -> Finding:
    """A problem of a plugin or of the configuration."""
    return broken(problem.label, problem.code, problem.line, problem.hint)
