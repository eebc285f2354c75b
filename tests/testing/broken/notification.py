"""Senders, each of which breaks one promise."""

from __future__ import annotations

from attrs import evolve

from mkd_core.errors import Transient
from mkd_plugins.testing.fakes import RecordingNotification
from mkd_plugins.testing.notification import NOTICE, NotificationSuite


class AnswersWithAnotherKey(RecordingNotification):
    def send(self, notice):
        return evolve(super().send(notice), key=notice.key.upper())


class NumbersEveryAttempt(RecordingNotification):
    def send(self, notice):
        return evolve(super().send(notice), reference=str(len(self.attempts)))


class TakesOneTextForOneNotice(RecordingNotification):
    def send(self, notice):
        receipt = super().send(notice)
        alike = next(each for each in self.taken.values() if each.body == notice.body)
        return evolve(receipt, key=alike.key, reference=alike.key)


class FailsWithoutAnAddress(RecordingNotification):
    def send(self, notice):
        local, _, _ = notice.address.reveal().rpartition("@")
        if not local:
            raise ValueError("not an address")
        return super().send(notice)


def gone(words: str):
    return RecordingNotification(failures=[Transient(words)])


SUITES = (NotificationSuite,)
GOOD = {"backend": RecordingNotification, "unreachable": lambda: gone("the server does not answer")}
BROKEN = {
    "test_a_notice_is_answered_with_a_receipt_of_its_key": {"backend": AnswersWithAnotherKey},
    "test_a_notice_may_come_again": {"backend": NumbersEveryAttempt},
    "test_another_key_is_another_notice": {"backend": TakesOneTextForOneNotice},
    "test_a_person_without_an_address_is_declined_or_refused_on_purpose": {"backend": FailsWithoutAnAddress},
    "test_a_server_that_is_gone_is_transient_and_in_time": {
        "unreachable": lambda: gone(f"no route to {NOTICE.address.reveal()}")
    },
}
