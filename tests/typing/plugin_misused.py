"""Plugins that a type checker must refuse: an ignore that is not needed is an error, so each marked line is wrong."""

import attrs

from mkd_plugins.api import (
    LineReceipt,
    NoConfig,
    Notice,
    PayReceipt,
    PayRun,
    Receipt,
    Secret,
    calendar,
    journal,
    notification,
    payroll,
)


@attrs.frozen
class Config:
    token: Secret


class NamesTheMethodWrongly:
    def __init__(self, config: Config) -> None: ...

    def deliver(self, notice: Notice) -> Receipt:
        return Receipt(key=notice.key)


class AnswersTheWrongThing:
    def __init__(self, config: Config) -> None: ...

    def send(self, notice: Notice) -> bool:
        return True


class TakesTheWrongThing:
    def __init__(self, config: Config) -> None: ...

    def send(self, notice: PayRun) -> Receipt:
        return Receipt(key=notice.key)


class IsBuiltFromSomethingElse:
    def __init__(self, config: NoConfig) -> None: ...

    def send(self, notice: Notice) -> Receipt:
        return Receipt(key=notice.key)


class PaysWithoutAQuantity:
    def __init__(self, config: NoConfig) -> None: ...

    def submit(self, run: PayRun) -> PayReceipt:
        lines = tuple(LineReceipt(key=line.key) for line in run.lines)  # type: ignore[call-arg]
        return PayReceipt(key=run.key, lines=lines)


notification(name="acme", config=Config, build=NamesTheMethodWrongly)  # type: ignore[arg-type]
notification(name="acme", config=Config, build=AnswersTheWrongThing)  # type: ignore[arg-type]
notification(name="acme", config=Config, build=TakesTheWrongThing)  # type: ignore[arg-type]
notification(name="acme", config=Config, build=IsBuiltFromSomethingElse)  # type: ignore[arg-type]
calendar(name="acme", config=NoConfig, build=PaysWithoutAQuantity)  # type: ignore[arg-type]
journal(name="acme", config=NoConfig, build=PaysWithoutAQuantity)  # type: ignore[arg-type]
payroll(name="acme", config=dict, build=PaysWithoutAQuantity)  # type: ignore[arg-type, type-var]
payroll(config=NoConfig, build=PaysWithoutAQuantity)  # type: ignore[call-arg]
