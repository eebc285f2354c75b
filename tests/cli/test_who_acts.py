"""Who may act as whom, and who may see what."""

from __future__ import annotations

import csv
from datetime import UTC, datetime

import pytest

from mkd_plugins.cli.session import actor

ANYBODY = 'acts_as = ["*"]\nroles = ["hr", "operator"]'


def number_of(folder, key):
    with open(folder / "people.csv", encoding="utf-8", newline="") as file:
        return next(row["peg_nip"] for row in csv.DictReader(file) if row["peg_id"] == key)


@pytest.mark.bare
def test_nobody_acts_as_somebody_else_without_a_grant(office):
    """A user acts only as the people that mkd.toml names; the refusal says what to write, and nothing happens."""
    office.configure(ANYBODY, 'acts_as = ["k000003"]\nroles = ["operator"]')
    before = office.head()

    refused, own = (
        office.proposed(),
        office.mkd("agreement", "propose", "--from", "2023-07-03", "--remote", "wed", "--json"),
    )

    assert refused.status == 1
    assert refused.err.startswith(f"error: MKD438 --as: {actor()} may not act as that person (add k000002 to acts_as")
    assert office.head() != before
    assert own.data["applicant"] == "k000003"


def test_a_user_that_is_not_named_may_do_nothing(office):
    """The table fails closed: neither acting, nor running the deployment, nor asking about people."""
    office.closed()
    office.configure(f'[roles."{actor()}"]', '[roles."os:somebody-else"]')

    for done in (
        office.proposed(),
        office.mkd("tick"),
        office.mkd("outbox", "deliver"),
        office.mkd("outbox", "replay", "--all"),
        office.mkd("agreement", "show", "k000002.1"),
        office.mkd("period", "statement", "k000002", "2023-07"),
        office.mkd("facts", "show", "k000002"),
    ):
        assert (done.status, done.err[:13]) == (1, "error: MKD438")


def test_only_operators_act_at_another_moment_than_now(office):
    """Nobody votes in the past, when a mandate still held, or lets a deadline go by with a word; asking is free."""
    office.approved()
    office.configure(ANYBODY, 'acts_as = ["k000002"]')
    before = office.head()

    for words in (("agreement", "withdraw", "k000002.1"), ("tick",), ("outbox", "deliver")):
        refused = office.mkd(*words)
        assert refused.status == 1
        assert refused.err.startswith(f"error: MKD438 --at: {actor()} acts at the present moment alone (leave --at")
    assert office.head() == before
    assert office.mkd("agreement", "decide", "k000002.1", "--as", "k000002").status == 0
    assert office.mkd("tick", at=datetime.now(UTC).isoformat()).status == 0


def test_who_may_act_as_many_says_as_whom(office):
    """Without ``--as`` there is no guess."""
    done = office.mkd("agreement", "propose", "--from", "2023-07-03", "--remote", "wed")

    assert done.status == 1
    assert done.err == "error: MKD293 --as: nobody said who acts (add --as PERSON)\n"


def test_a_person_is_found_by_number_and_address_and_neither_is_shown(office):
    """A service number or a mail address may stand for the key; what is kept and said is the key."""
    number = number_of(office.folder, "k000002")

    by_number, by_address = (office.mkd("day", who, "--json") for who in (number, "k000002@example.go.id"))
    stranger = office.mkd("day", number[:-1] + "0")

    assert by_number.data["person"] == by_address.data["person"] == "k000002"
    assert number not in by_number.out
    assert stranger.status == 1
    assert number[:12] not in stranger.err


def test_names_are_for_those_who_may_see_them(office):
    """Names stand in no table unless asked for, by a user with a role for it."""
    office.approved()
    shown = ("agreement", "show", "k000002.1")

    masked, named = office.mkd(*shown), office.mkd(*shown, "--names")
    office.configure('roles = ["hr", "operator"]', 'roles = ["operator"]')
    refused = office.mkd(*shown, "--names")

    assert "Asep Tirta Rohman" not in masked.out
    assert "k000002 Asep Tirta Rohman" in named.out
    assert (refused.status, refused.err[:13]) == (1, "error: MKD439")


def test_sensitive_facts_are_for_the_person_and_who_decides(office):
    """Who looks at the facts of a decision does not learn of a sanction unless it is their own, or theirs to decide."""
    office.proposed(by="k000008")
    decide = ("agreement", "decide", "k000008.1", "--all", "--json")

    def discipline(*words):
        findings = {finding["rule"]: finding for finding in office.mkd(*decide, *words).data["findings"]}
        return findings["no-punishment"]["facts"]["applicant.discipline"]

    assert (discipline(), discipline("--as", "k000003"), discipline("--as", "k000008")) == ("…", "…", "serving")
    for words, seen in (
        ((), "…"),
        (("--as", "k000003"), "…"),
        (("--as", "k000008"), "serving"),
        (("--as", "k000101"), "serving"),
    ):
        line = next(
            line for line in office.mkd("facts", "show", "k000008", *words).out.splitlines() if "discipline" in line
        )
        assert seen in line
