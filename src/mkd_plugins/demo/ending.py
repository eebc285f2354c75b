"""The last two chapters: everything delivered, and the journal verified."""

from __future__ import annotations

from datetime import timedelta

from mkd_core.errors import MkdError
from mkd_core.journal import Fault, export_line, read_export, verify
from mkd_core.outbox import EffectStatus
from mkd_plugins.demo.stage import Stage, at
from mkd_plugins.demo.telling import Teller
from mkd_plugins.demo.working import CLOSED_ON


def notices(stage: Stage, tell: Teller) -> dict[str, object]:
    """Deliver notices and pay lines; the first mail is turned away and goes out at the second attempt."""
    tell.chapter("Notices delivered, pay lines handed over", "Pemberitahuan terkirim, baris tunjangan diserahkan")
    first = stage.mkd.deliver(at(CLOSED_ON, 10))
    second = stage.mkd.deliver(at(CLOSED_ON, 10) + timedelta(minutes=1))
    for problem in first.problems:
        tell.say("First attempt: {problem}", "Percobaan pertama: {problem}", problem=problem)
    tell.say(
        "{first} effects were delivered at once, {second} at the second attempt. The mail server holds {mails} mails, "
        "each Message-ID once.",
        "{first} efek terkirim seketika, {second} pada percobaan kedua. Peladen surat menyimpan {mails} surat, tiap "
        "Message-ID satu kali.",
        first=first.delivered,
        second=second.delivered,
        mails=len(stage.mailbox.received),
    )
    receipts = [*first.receipts, *second.receipts]
    for receipt in receipts:
        tell.say(
            "Payroll's receipt {key} reconciles line by line:",
            "Tanda terima {key} cocok baris demi baris:",
            key=receipt.key,
        )
        tell.table((line.key, line.quantity, line.reference) for line in receipt.lines)
    sent = [delivery for delivery in stage.mkd.journal.deliveries() if delivery.effect.port == "notification"]
    waiting = [delivery for delivery in stage.mkd.journal.deliveries() if delivery.status is not EffectStatus.DELIVERED]
    if waiting or len(stage.mailbox.received) != len(sent) or max(stage.mailbox.received.values()) != 1:
        raise MkdError("MKD289", "the mail server does not hold each notice once")
    return {
        "turned_away": stage.mailbox.turned_away,
        "retried": first.retried,
        "mails": len(stage.mailbox.received),
        "pay_lines": sum(len(receipt.lines) for receipt in receipts),
        "receipts": [receipt.key for receipt in receipts],
    }


def journal(stage: Stage, tell: Teller) -> dict[str, object]:
    """Verify the journal, and find out a copy of it in which one byte was changed."""
    tell.chapter("The journal, and a changed copy of it", "Jurnal, dan salinannya yang diubah")
    kept = [record for _, record in stage.mkd.journal.records()]
    faults = verify(kept, stage.mkd.journal.head())
    if faults:
        raise MkdError("MKD289", f"the journal does not verify: {faults[0]}")
    found = _tampered([export_line(record) for record in kept])
    tell.say(
        "In a copy, one minute was added to a validated activity. Verification finds it:",
        "Pada sebuah salinan, satu menit ditambahkan pada kegiatan yang divalidasi. Verifikasi menemukannya:",
    )
    tell.line(str(found))
    head = stage.mkd.journal.head()
    tell.say(
        "journal verified: {events} events in {streams} streams, head {head}",
        "jurnal terverifikasi (journal verified): {events} kejadian dalam {streams} rangkaian, kepala {head}",
        events=head.events,
        streams=len(head.streams),
        head=head.digest[:16],
    )
    return {
        "verified": True,
        "events": head.events,
        "streams": len(head.streams),
        "head": head.digest,
        "tampered": found.event,
    }


def _tampered(lines: list[str]) -> Fault:
    """The fault that verification finds after one validated activity was made a minute longer."""
    at_line = next(number for number, line in enumerate(lines) if '"type":"ActivityVerified"' in line)
    changed = lines[at_line].replace('"minutes":210', '"minutes":211', 1)
    faults: list[Fault] = []
    faults += verify(read_export([*lines[:at_line], changed, *lines[at_line + 1 :]], faults))
    if not faults:
        raise MkdError("MKD289", "a changed copy was not found out")
    return faults[0]
