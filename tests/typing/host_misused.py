"""Uses of the host that a type checker must refuse: an ignore that is not needed is an error."""

import attrs

from mkd_core.ports import Journal, Payroll
from mkd_plugins.api import NoConfig, Notice, PayReceipt, PayRun, Provider, hookimpl, payroll
from mkd_plugins.config import Config
from mkd_plugins.host import Host


class Plain:
    url: str


@attrs.frozen
class Pay:
    config: object

    def submit(self, run: PayRun) -> PayReceipt:
        return PayReceipt(key=run.key, lines=())


payroll(name="acme", config=Plain, build=Pay)  # type: ignore[type-var]
payroll(name="acme", config=NoConfig)  # type: ignore[call-arg]


@hookimpl
def mkd_providers() -> list[Provider]:
    return payroll(name="acme", config=NoConfig, build=Pay)  # type: ignore[return-value]


def used(host: Host, config: Config, notice: Notice) -> None:
    host.one("payrol")  # type: ignore[call-overload]
    host.build("journal").append("stream", 0, [])  # type: ignore[call-arg, arg-type]
    host.one("journal").send(notice)  # type: ignore[attr-defined]
    journal: Journal = host.one("payroll")  # type: ignore[assignment]
    backends: list[Payroll] = host.one("payroll")  # type: ignore[assignment]
    print(journal, backends)
