"""Payrolls, each of which breaks one promise."""

from __future__ import annotations

from decimal import Decimal

from attrs import evolve

from mkd_core.errors import Permanent
from mkd_plugins.testing.fakes import RecordingPayroll
from mkd_plugins.testing.payroll import PayrollSuite


class LeavesOutWhatComesToNothing(RecordingPayroll):
    def submit(self, run):
        receipt = super().submit(run)
        return evolve(receipt, lines=tuple(line for line in receipt.lines if line.quantity))


class NumbersEveryAnswerAnew(RecordingPayroll):
    def submit(self, run):
        receipt = super().submit(run)
        return evolve(receipt, lines=tuple(evolve(line, reference=str(len(self.runs))) for line in receipt.lines))


class RefusesALineOfAnotherRun(RecordingPayroll):
    def submit(self, run):
        if any(line.key in self.taken and run.key != self.runs[0].key for line in run.lines):
            raise Permanent("a line was sent in another run")
        return super().submit(run)


class TakesTheLastQuantity(RecordingPayroll):
    def submit(self, run):
        self.taken |= {line.key: line for line in run.lines}
        return super().submit(run)


class CountsInFloats(RecordingPayroll):
    def submit(self, run):
        receipt = super().submit(run)
        lines = tuple(evolve(line, quantity=Decimal(str(float(line.quantity)))) for line in receipt.lines)
        return evolve(receipt, lines=lines)


class TakesHalfOfARun(RecordingPayroll):
    def submit(self, run):
        for line in run.lines:
            if line.number is None:
                raise Permanent("a line has no number")
            self.taken.setdefault(line.key, line)
        return super().submit(run)


SUITES = (PayrollSuite,)
GOOD = {"backend": RecordingPayroll}
BROKEN = {
    "test_a_receipt_reconciles_line_by_line": {"backend": LeavesOutWhatComesToNothing},
    "test_the_same_run_again_gives_the_same_answer": {"backend": NumbersEveryAnswerAnew},
    "test_a_line_of_another_run_is_acknowledged_again": {"backend": RefusesALineOfAnotherRun},
    "test_a_key_never_changes_its_quantity": {"backend": TakesTheLastQuantity},
    "test_quantities_are_exact": {"backend": CountsInFloats},
    "test_a_person_without_a_number_is_taken_or_refused_whole": {"backend": TakesHalfOfARun},
}
