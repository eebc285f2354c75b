"""The host gives backends in the types of their ports: this must pass the type checker as it stands."""

from collections.abc import Sequence
from datetime import date

from mkd_core.ports import Port
from mkd_plugins.api import CheckIn, Declined, Notice, PayReceipt, PayRun, Receipt
from mkd_plugins.config import Config
from mkd_plugins.host import Host


def used(config: Config, notice: Notice, run: PayRun, on: date) -> None:
    with Host.load(config) as host:
        sent: list[Receipt | Declined] = [backend.send(notice) for backend in host.build("notification")]
        paid: PayReceipt = host.one(Port.PAYROLL).submit(run)
        seen: list[Sequence[CheckIn]] = [backend.check_ins("k1", None, on) for backend in host.build(Port.ATTENDANCE)]
        print(sent, paid, seen)
