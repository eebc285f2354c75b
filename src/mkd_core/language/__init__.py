"""A small rule language over any vocabulary: read, checked, compiled to one Python function."""

from mkd_core.language.errors import ExpressionError
from mkd_core.language.expression import Compiled, compile_expression
from mkd_core.language.parameters import Parameter, read_parameter
from mkd_core.language.syntax import parse
from mkd_core.language.vocabulary import (
    BadValue,
    Fact,
    Kind,
    Type,
    Value,
    Vocabulary,
    Wording,
    read_date,
    read_time,
    show_time,
)

__all__ = [
    "BadValue",
    "Compiled",
    "ExpressionError",
    "Fact",
    "Kind",
    "Parameter",
    "Type",
    "Value",
    "Vocabulary",
    "Wording",
    "compile_expression",
    "parse",
    "read_date",
    "read_parameter",
    "read_time",
    "show_time",
]
