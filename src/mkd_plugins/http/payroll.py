"""Payroll ``http``: pay lines to the host, and its receipt."""

from __future__ import annotations

from typing import Any

from mkd_plugins.api import LineReceipt, PayLine, PayReceipt, PayRun
from mkd_plugins.http.answers import Answer
from mkd_plugins.http.client import Client
from mkd_plugins.http.config import Config


class HttpPayroll:
    """The port over HTTP. The receipt is given on as it came; whether its lines reconcile is for the caller to see."""

    def __init__(self, config: Config) -> None:
        self._client = Client(config)
        self.ping = self._client.ping
        self.close = self._client.close

    def submit(self, run: PayRun) -> PayReceipt:
        """Hand the lines over, quantities as text."""
        body = {"key": run.key, "lines": [_line(line) for line in run.lines]}
        answer = self._client.post("/payroll/runs", body, run.timeout)
        answer.only("key", "lines", "reference")
        if answer.text("key") != run.key:
            raise answer.refuse("key", "is that of another run")
        return PayReceipt(
            key=run.key,
            lines=tuple(_receipt(line) for line in answer.objects("lines")),
            reference=answer.text_or("reference", ""),
        )


def _line(line: PayLine) -> dict[str, Any]:
    return {
        "key": line.key,
        "person": line.person,
        "number": line.number.digits if line.number else None,
        "period": line.period,
        "item": line.item,
        "quantity": f"{line.quantity:f}",
        "unit": line.unit,
        "rule": line.rule,
        "scheme": line.scheme,
        "source": line.source,
    }


def _receipt(answer: Answer) -> LineReceipt:
    answer.only("key", "quantity", "reference")
    return LineReceipt(
        key=answer.text("key"), quantity=answer.decimal("quantity"), reference=answer.text_or("reference", "")
    )
