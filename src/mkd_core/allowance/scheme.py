"""A scheme: dated lines that turn the facts of a closed period into quantities for payroll.

A scheme never guesses. A line that reads a missing fact is not drawn; the statement records what is missing, so that
somebody can supply it and close again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from attrs import field, frozen

from mkd_core.errors import PolicyError
from mkd_core.language import Compiled, Parameter, Value, Wording
from mkd_core.sources import Source

MENTION = re.compile(r"\{([a-z_]+\.[a-z0-9_.]+)\}")
"""How the reason of a line names a fact or a parameter whose value is put in."""


@frozen(kw_only=True)
class SchemeParameter:
    """A number of the scheme with its unit and the instrument that sets it."""

    name: str
    parameter: Parameter
    unit: str
    source: Source
    article: str = ""


@frozen(kw_only=True)
class Line:
    """One line of a scheme: how much of what, when, why, and where it stands written.

    ``quantity``  an expression that gives a number, in ``unit``; rounded half up to ``places`` decimals.
    ``when``      a yes-or-no expression, or None for always.
    ``because``   may name facts that the line reads and parameters in braces.
    """

    id: str
    item: str
    quantity: Compiled
    unit: str
    because: Wording
    source: Source
    when: Compiled | None = None
    article: str = ""
    places: int = 2

    @property
    def reads(self) -> tuple[str, ...]:
        """The facts it uses, those of ``when`` first, each once."""
        return tuple(dict.fromkeys((*(self.when.reads if self.when else ()), *self.quantity.reads)))


@frozen(kw_only=True)
class SchemeLine:
    """A line as drawn for one person's period, ready for payroll."""

    id: str
    item: str
    quantity: Decimal
    unit: str
    because: Wording
    source: Source
    article: str = ""

    @property
    def citation(self) -> str:
        """The instrument and its article as one text."""
        return f"{self.source.title}, {self.article}" if self.article else self.source.title


@frozen(kw_only=True)
class SchemeProblem:
    """A line that could not be drawn, and the facts that are ``missing``; none where a division by zero is to blame."""

    line: str
    missing: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.line}: {'missing ' + ', '.join(self.missing) if self.missing else 'division by zero'}"


@frozen(kw_only=True)
class Statement:
    """What a scheme makes of a period: the lines drawn, and those that could not be."""

    lines: tuple[SchemeLine, ...]
    problems: tuple[SchemeProblem, ...]


@frozen(kw_only=True)
class Scheme:
    """One version of a scheme; in force from ``starts`` up to, not including, ``until`` (None: still in force)."""

    id: str
    version: str
    starts: date
    until: date | None
    title: Wording
    sources: Mapping[str, Source]
    parameters: Mapping[str, SchemeParameter]
    rows: tuple[Line, ...]

    @classmethod
    def from_toml(cls, text: str, *, file: str = "") -> Scheme:
        """The scheme that a TOML text describes; see :func:`mkd_core.allowance.read_scheme`."""
        from mkd_core.allowance.document import read_scheme

        return read_scheme(text, file=file)

    @property
    def name(self) -> str:
        """Id and version, as pay lines name it."""
        return f"{self.id} {self.version}"

    @property
    def reads(self) -> tuple[str, ...]:
        """The facts that any of its lines uses, in order of appearance."""
        return tuple(dict.fromkeys(name for row in self.rows for name in row.reads))

    def in_force(self, on: date) -> bool:
        """Whether it holds on that date."""
        return self.starts <= on and (self.until is None or on < self.until)

    def lines(self, facts: Mapping[str, object]) -> tuple[SchemeLine, ...]:
        """The lines that can be drawn for these facts; :meth:`apply` also says which could not."""
        return self.apply(facts).lines

    def apply(self, facts: Mapping[str, object]) -> Statement:
        """The lines for these facts (full name → value; absent or None is missing), in the scheme's order.

        Raises ``InvalidInput`` for an unknown fact or a value outside the vocabulary.
        """
        lines: list[SchemeLine] = []
        problems: list[SchemeProblem] = []
        for row in self.rows:
            wanted = row.when.evaluate(facts) if row.when else True
            if wanted is False:
                continue
            quantity = None if wanted is None else row.quantity.evaluate(facts)
            if quantity is None:
                failed = row.quantity if row.when is None or wanted else row.when
                missing = tuple(name for name in failed.reads if facts.get(name) is None)
                problems.append(SchemeProblem(line=row.id, missing=missing))
            else:
                lines.append(self._draw(row, quantity, facts))
        return Statement(lines=tuple(lines), problems=tuple(problems))

    def _draw(self, row: Line, quantity: Value, facts: Mapping[str, object]) -> SchemeLine:
        def value(mention: re.Match[str]) -> str:
            namespace, _, name = mention[1].partition(".")
            if namespace == "parameter":
                return str(self.parameters[name].parameter.value)
            return str(facts.get(mention[1], "?"))

        return SchemeLine(
            id=row.id,
            item=row.item,
            quantity=_rounded(Decimal(str(quantity)), row.places),
            unit=row.unit,
            because=Wording(MENTION.sub(value, row.because.id), MENTION.sub(value, row.because.en)),
            source=row.source,
            article=row.article,
        )


def _rounded(quantity: Decimal, places: int) -> Decimal:
    """Half up to so many decimals; a quantity with fewer stays as it is, and a negative zero is a zero."""
    exponent = quantity.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        quantity = quantity.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return quantity or abs(quantity)


def _by_start(schemes: Iterable[Scheme]) -> tuple[Scheme, ...]:
    return tuple(sorted(schemes, key=lambda scheme: scheme.starts))


@frozen
class SchemeHistory:
    """All versions of one scheme; they may not overlap. Raises ``PolicyError`` when they do, or differ in id."""

    schemes: tuple[Scheme, ...] = field(converter=_by_start)

    def __attrs_post_init__(self) -> None:
        if not self.schemes:
            raise PolicyError("MKD384", "a history has at least one version of its scheme")
        for earlier, later in pairwise(self.schemes):
            if earlier.id != later.id:
                raise PolicyError("MKD384", f"{earlier.name} and {later.name} are versions of two schemes")
            if earlier.until is None or later.starts < earlier.until:
                raise PolicyError(
                    "MKD384",
                    f"{earlier.name} and {later.name} are both in force on {later.starts}",
                    mend=f"end {earlier.version} on {later.starts} or before (until is not included)",
                )

    def on(self, day: date) -> Scheme:
        """The version in force on that date. Raises ``PolicyError`` naming the neighbours when there is none."""
        for scheme in self.schemes:
            if scheme.in_force(day):
                return scheme
        before = [f"{scheme.version} ended on {scheme.until}" for scheme in self.schemes if scheme.starts <= day]
        after = [f"{scheme.version} starts on {scheme.starts}" for scheme in self.schemes if scheme.starts > day]
        raise PolicyError(
            "MKD385",
            f"no version is in force on {day}",
            where=self.schemes[0].id,
            mend="; ".join([*before[-1:], *after[:1]]),
        )
