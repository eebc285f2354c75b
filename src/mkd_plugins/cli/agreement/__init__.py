"""``mkd agreement``: an agreement from its proposal to its end."""

from __future__ import annotations

import click

from mkd_plugins.cli.lazy import Entry, Headed

_HERE = "mkd_plugins.cli.agreement"
_COMMANDS = {
    "Employees": (
        Entry("propose", f"{_HERE}.employee:propose", "Lay out a request as a draft."),
        Entry("revise", f"{_HERE}.employee:revise", "Change the days of a draft or a returned request."),
        Entry("mend", f"{_HERE}.employee:mend", "Days that the policy would approve; --apply takes them."),
        Entry("submit", f"{_HERE}.employee:submit", "Put the request on its route."),
        Entry("withdraw", f"{_HERE}.employee:withdraw", "Take the request back."),
        Entry("amend", f"{_HERE}.employee:amend", "Propose a new version of a live agreement."),
    ),
    "Both sides": (
        Entry("counter", f"{_HERE}.both:counter", "Propose other targets."),
        Entry("agree", f"{_HERE}.both:agree", "Consent to the targets as they stand."),
        Entry("end", f"{_HERE}.both:end", "End a live agreement by consent."),
    ),
    "Superiors and other approvers": (
        Entry("approve", f"{_HERE}.approver:approve", "Vote for the request."),
        Entry("refuse", f"{_HERE}.approver:refuse", "Vote against it, with the reason."),
        Entry("return", f"{_HERE}.approver:send_back", "Send it back to be changed."),
        Entry("consult", f"{_HERE}.approver:consult", "Record that an intended refusal was talked over."),
        Entry("recall", f"{_HERE}.approver:recall", "Call the person to the office for a day."),
        Entry("suspend", f"{_HERE}.approver:suspend", "Let a live agreement rest."),
        Entry("resume", f"{_HERE}.approver:resume", "Let it hold again."),
        Entry("revoke", f"{_HERE}.approver:revoke", "End it by the employer."),
        Entry("recheck", f"{_HERE}.approver:recheck", "Decide a live agreement again on today's facts."),
    ),
    "Everybody": (
        Entry("show", f"{_HERE}.questions:show", "An agreement as it stands."),
        Entry("history", f"{_HERE}.questions:history", "Everything that happened to it."),
        Entry("letter", f"{_HERE}.letter:letter", "The approved agreement as a letter to be signed."),
        Entry("decide", f"{_HERE}.questions:decide", "What the policy says of it now, and what would mend it."),
        Entry("replay", f"{_HERE}.questions:replay", "Decide recorded decisions again: the same, or what changed."),
    ),
}


@click.group(cls=Headed, headings=_COMMANDS)
def agreement() -> None:
    """Propose, agree, submit, approve, amend, end and show agreements.

    An agreement's id is its applicant's key, a dot and a number: k000002.1.
    """
