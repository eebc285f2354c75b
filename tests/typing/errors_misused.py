"""Uses that a type checker must refuse: mypy reports an ignore that is not needed, so each line here must be wrong."""

from mkd_core.errors import MkdError, Transient, did_you_mean

MkdError(101, "the code is text")  # type: ignore[arg-type]
MkdError("MKD201", "where is named", "agreements.csv")  # type: ignore[call-arg]
Transient()  # type: ignore[call-arg]
did_you_mean("remote_day", 4)  # type: ignore[arg-type]
