"""An agreement from proposal to its end over HTTP, each by whom it may be done."""

from __future__ import annotations

import pytest


def test_an_agreement_goes_its_way(served) -> None:
    """Proposed and submitted by the applicant, approved by whom it waits for, and ended by consent."""
    draft = served.proposed("k000003")
    at = f"/v1/agreements/{draft['agreement']}"
    asked = served.ask("POST", f"{at}/submit", person="k000003").json()
    [approver] = asked["waits_for"]["approvers"]
    waiting = served.ask("GET", "/v1/inbox", person=approver).json()

    approved = served.ask("POST", f"{at}/approve", {"reason": "agreed"}, person=approver)

    assert draft["state"] == "draft"
    assert asked["state"] == "submitted"
    assert ("vote", draft["agreement"]) in [(task["kind"], task["agreement"]) for task in waiting]
    assert (approved.status_code, approved.json()["state"]) == (200, "approved")
    day = served.ask("GET", f"/v1/people/k000003/days/{served.wednesday}", person="k000003").json()
    assert (day["basis"], day["agreement"]) == ("agreement", draft["agreement"])
    assert all("home" in window for window in day["windows"])
    assert [item["event"] for item in served.ask("GET", f"{at}/history").json()][:2] == [
        "AgreementProposed",
        "AgreementSubmitted",
    ]
    ended = served.ask("POST", f"{at}/end", {"since": str(served.ends)}, person="k000003")
    assert ended.status_code == 200


def test_where_a_draft_is_found_stands_in_its_answer(served) -> None:
    """Whoever proposes follows Location, and finds the agreement as it was told."""
    body = {"from": str(served.starts), "plan": {"weeks": [{"mon": "07:30-16:00 home 60"}]}}
    made = served.ask("POST", "/v1/agreements", body, person="k000004")

    found = served.ask("GET", made.headers["Location"], person="k000004")

    assert made.status_code == 201
    assert found.json() == made.json()
    assert found.json()["plan"]["weeks"] == [{"mon": "07:30-16:00 home 60"}]


def test_what_the_policy_refuses_is_told_before_and_refused_after(served) -> None:
    """Five days away are one too many: the decision says so, and submitting is refused with the code of the service."""
    draft = served.proposed("k000005", remote="mon-fri")["agreement"]

    told = served.ask("GET", f"/v1/agreements/{draft}/decision", person="k000005").json()
    refused = served.ask("POST", f"/v1/agreements/{draft}/submit", person="k000005")
    remedy = served.ask("GET", f"/v1/agreements/{draft}/remedy", person="k000005").json()

    assert {"fact": "agreement.remote_days", "from": 5, "to": 4} in remedy["changes"]
    assert sum("home" in str(day) for day in remedy["plan"]["weeks"][0].values()) == 4
    assert (told["outcome"], [finding["rule"] for finding in told["findings"]]) == ("refuse", ["days"])
    assert (refused.status_code, refused.json()["code"]) == (409, "MKD410")
    revised = served.ask("POST", f"/v1/agreements/{draft}/revise", {"remote": "mon-thu"}, person="k000005")
    assert revised.status_code == 200
    assert served.ask("POST", f"/v1/agreements/{draft}/submit", person="k000005").status_code == 200


@pytest.mark.parametrize("command", ["approve", "refuse", "return"])
def test_nobody_decides_on_the_own_request(served, command: str) -> None:
    """A trusted system that names the applicant as the one who votes changes nothing."""
    agreement = served.submitted(f"k00000{6 + ['approve', 'refuse', 'return'].index(command)}")
    at, applicant = f"/v1/agreements/{agreement['agreement']}", agreement["applicant"]

    answer = served.ask("POST", f"{at}/{command}", {"reason": "mine"}, person=applicant)

    assert (answer.status_code, answer.json()["code"]) == (403, "MKD420")
    assert served.ask("GET", at).json()["state"] == "submitted"


def test_refused_returned_and_withdrawn_requests(served) -> None:
    """Each says in which state the agreement is then."""
    states = {}
    for number, (command, by_applicant) in enumerate({"refuse": 0, "return": 0, "withdraw": 1}.items(), start=10):
        agreement = served.submitted(f"k0000{number}")
        by = agreement["applicant"] if by_applicant else agreement["waits_for"]["approvers"][0]
        path = f"/v1/agreements/{agreement['agreement']}/{command}"
        states[command] = served.ask("POST", path, {"reason": "so it is"}, person=by).json()["state"]

    assert states == {"refuse": "refused", "return": "returned", "withdraw": "withdrawn"}


def test_a_step_and_a_version_guard_a_vote(served) -> None:
    """Whoever votes on what they saw does not vote on what came after."""
    agreement = served.submitted("k000013")
    [approver] = agreement["waits_for"]["approvers"]
    path = f"/v1/agreements/{agreement['agreement']}/approve"

    other = served.ask("POST", path, {"version": 2}, person=approver)
    same = served.ask("POST", path, {"version": 1, "step": "superior"}, person=approver)

    assert other.status_code == 409
    assert (same.status_code, same.json()["state"]) == (200, "approved")


def test_targets_are_countered_and_agreed_to(served) -> None:
    """The superior asks for more, and the applicant agrees."""
    draft = served.proposed("k000014")
    [approver] = served.submitted("k000015")["waits_for"]["approvers"] or [""]
    at = f"/v1/agreements/{draft['agreement']}"
    superior = served.ask("POST", f"{at}/submit", person="k000014").json()["waits_for"]["approvers"][0]
    more = {"targets": [{**draft["targets"][0], "value": "9"}], "note": "more"}

    countered = served.ask("POST", f"{at}/counter", more, person=superior)
    agreed = served.ask("POST", f"{at}/agree", person="k000014")

    assert approver
    assert countered.json()["agreed_by"] == ["superior"]
    assert agreed.json()["agreed_by"] == ["employee", "superior"]
    assert agreed.json()["targets"][0]["value"] == "9"


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("", {}, "body"),
        ("", {"from": 5, "remote": "wed"}, "from"),
        ("", {"from": "2030-07-01", "remote": ["wed"]}, "remote"),
        ("", {"from": "2030-07-01", "plan": []}, "plan"),
        ("", {"from": "2030-07-01", "outside_region": "yes"}, "outside_region"),
        ("", {"from": "2030-07-01", "targets": {}}, "targets"),
        ("", {"from": "2030-07-01", "place": "moon"}, "place"),
        ("", {"from": "2030-07-01", "remote": ""}, "remote"),
        ("", {"from": "2030-07-01", "targets": [{}]}, "targets[1]"),
        ("", {"from": "2030-07-01", "targets": [{"kind": "output"}, {"kind": "wish"}]}, "targets[2].kind"),
        ("", {"from": "2030-07-01", "targets": [{"kind": "output", "unit": 5}]}, "targets[1].unit"),
        ("", {"from": "2030-07-01", "targets": [{"kind": "output", "value": "many"}]}, "targets[1].value"),
        ("", {"from": "2030-07-01", "targets": [{"kind": "output", "vaule": 1}]}, "targets[1]"),
        ("/k000002.1/approve", {"resaon": ""}, "body"),
        ("/k000002.1/approve", {"version": True}, "version"),
        ("/k000002.1/refuse", {}, "body"),
        ("/k000002.1/refuse", {"reason": " "}, "reason"),
        ("/k000002.1/refuse", {"reason": "\x1c\x85\ufeff"}, "reason"),
        ("", {"from": "2030-07-01", "targets": [{"kind": "output", "value": "1\n"}]}, "targets[1].value"),
        ("/k000002.1/end", {"since": "tomorrow"}, "since"),
    ],
)
def test_a_body_of_another_form_is_refused_with_its_place(served, path: str, body: object, where: str) -> None:
    """Before anything is looked up, and without the value."""
    answer = served.ask("POST", f"/v1/agreements{path}", body, person="k000002")

    assert (answer.status_code, answer.json()["code"], answer.json()["where"]) == (400, "MKD707", where)


def test_what_is_not_there_is_told_apart(served) -> None:
    """An agreement of nobody, an id that is none, and a plan without days."""
    unknown = served.ask("GET", "/v1/agreements/k000002.99")
    none = served.ask("GET", "/v1/agreements/nothing%00.1")
    days = served.ask("POST", "/v1/agreements", {"from": str(served.starts)}, person="k000002")

    assert (unknown.status_code, unknown.json()["code"]) == (404, "MKD403")
    assert (none.status_code, none.json()["code"]) == (404, "MKD403")
    assert (days.status_code, days.json()["code"]) == (422, "MKD296")


@pytest.mark.parametrize(
    "plan",
    [
        {},
        {"weeks": []},
        {"weeks": [5]},
        {"weeks": [{"mon": 5}]},
        {"weeks": [{"mon": ""}]},
        {"weeks": [{"mon": None}]},
        {"weeks": [{"noday": "off"}]},
        {"weeks": [{}], "seasons": []},
        {"weeks": [{}], "seasons": {"ramadan": {}}},
        {"weeks": [{}], "exceptions": {"soon": "off"}},
        {"weeks": [{}], "exceptions": {"2030-07-01": 5}},
        {"weeks": [{}], "anchor": 5},
        {"weeks": [{}], "more": 5},
    ],
)
def test_a_plan_of_another_form_is_refused(served, plan: dict) -> None:
    """Whatever stands where days should, it is told with a code, and the plan is not guessed."""
    answer = served.ask("POST", "/v1/agreements", {"from": "2030-07-01", "plan": plan}, person="k000002")

    assert answer.status_code == 422, answer.text
    assert answer.json()["code"].startswith("MKD2")
