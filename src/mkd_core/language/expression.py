"""One expression ready to be evaluated, for rooms that compute single values."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs

from mkd_core.errors import InvalidInput
from mkd_core.language.function import Values, compile_value
from mkd_core.language.parameters import Parameter, read_parameter
from mkd_core.language.syntax import parse
from mkd_core.language.tree import Node, reads
from mkd_core.language.vocabulary import BadValue, Kind, Type, Value, Vocabulary


@attrs.frozen(kw_only=True)
class Compiled:
    """An expression with its vocabulary; ``reads`` are the facts it uses, in order of appearance."""

    text: str
    tree: Node
    type: Type
    reads: tuple[str, ...]
    vocabulary: Vocabulary
    function: Callable[[Values], Value | None] = attrs.field(repr=False, eq=False)

    def evaluate(self, facts: Mapping[str, object]) -> Value | None:
        """The value for these facts (full name → value; absent or ``None`` is missing), ``None`` where it is missing.

        Times come back as minutes. Raises ``InvalidInput`` for an unknown fact or a value outside the vocabulary.
        """
        values: list[Value | None] = [None] * len(self.vocabulary)
        for name, value in facts.items():
            if name not in self.vocabulary:
                raise InvalidInput("MKD251", "nothing is called that", where=name, mend=self.vocabulary.nearest(name))
            if value is not None:
                try:
                    values[self.vocabulary.index[name]] = self.vocabulary[name].read(value)
                except BadValue as error:
                    raise InvalidInput("MKD252", str(error), where=name) from None
        result = self.function(values)
        return float(result) if self.type.kind is Kind.FLOAT and isinstance(result, int) else result


def compile_expression(
    text: str,
    vocabulary: Vocabulary,
    *,
    parameters: Mapping[str, object] | None = None,
    expect: Type | Kind | None = None,
) -> Compiled:
    """The expression, read and compiled; ``parameters`` are plain values or lists, ``expect`` the type of the whole.

    Raises ``ExpressionError`` with the column of the first mistake.
    """
    settings: dict[str, Parameter] = {}
    for name, written in (parameters or {}).items():
        try:
            settings[name] = written if isinstance(written, Parameter) else read_parameter(written)
        except BadValue as error:
            raise InvalidInput("MKD252", str(error), where=f"parameter.{name}") from None
    wanted = Type(expect) if isinstance(expect, Kind) else expect
    tree = parse(text, vocabulary, settings, expect=wanted)
    return Compiled(
        text=text,
        tree=tree,
        type=wanted or tree.type,
        reads=reads(tree),
        vocabulary=vocabulary,
        function=compile_value(tree, vocabulary, settings),
    )
