"""Who may ask for what: systems by their tokens and scopes, people by what concerns them."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def agreement(served) -> dict:
    """A request of k000002 on its route."""
    return served.submitted("k000002")


def told(answer) -> dict:
    """A problem without what differs from request to request."""
    return {**answer.json(), "request_id": ""}


@pytest.mark.parametrize(
    ("token", "method", "path"),
    [
        ("watcher", "POST", "/v1/agreements/k000002.1/submit"),
        ("watcher", "POST", "/v1/decide"),
        ("eager", "GET", "/v1/agreements/k000002.1"),
        ("eager", "GET", "/v1/coverage?unit=1100"),
        ("kiosk", "POST", "/v1/decide"),
    ],
)
def test_a_token_is_good_for_its_scopes_alone(served, token: str, method: str, path: str) -> None:
    """A system that reads changes nothing, and one that decides reads nothing."""
    answer = served.ask(method, path, {"facts": {}} if path == "/v1/decide" else None, token=token)

    assert (answer.status_code, answer.json()["code"]) == (403, "MKD709")


@pytest.mark.parametrize("path", ["/v1/inbox", "/v1/agreements", "/v1/agreements/k000002.1/history", "/v1/roster"])
def test_nothing_about_people_is_told_without_a_token(served, path: str) -> None:
    """Not even whether it is there."""
    answer = served.ask("GET", path, token="another-token-of-more-than-32-characters")

    assert (answer.status_code, answer.json()["code"]) == (401, "MKD701")


def test_a_system_acts_as_those_whom_it_may_name(served) -> None:
    """The portal as anybody, the kiosk as one person, the watcher as nobody."""
    body = {"from": str(served.starts), "remote": "wed"}
    named = {
        token: served.ask("POST", "/v1/agreements", body, token=token, person="k000120")
        for token in ("portal", "kiosk")
    }
    own = served.ask("POST", "/v1/agreements", body, token="kiosk", person="k000002")
    watching = served.ask("GET", "/v1/inbox", token="watcher", person="k000002")
    unnamed = served.ask("POST", "/v1/agreements", body)

    assert named["portal"].status_code == own.status_code == 201
    assert [(each.status_code, each.json()["code"]) for each in (named["kiosk"], watching, unnamed)] == [
        (403, "MKD710"),
        (403, "MKD710"),
        (400, "MKD711"),
    ]


def test_a_person_is_named_as_their_personnel_system_knows_them(served) -> None:
    """By key, service number or mail address; a stranger is nobody, and no number comes back."""
    number, mail = "197506232003082984", "k000101@example.go.id"
    found = [served.ask("GET", "/v1/inbox", person=handle).status_code for handle in ("k000101", number, mail)]
    strangers = [served.ask("GET", "/v1/inbox", person=handle) for handle in ("nobody", "199912312024121901", "19")]

    assert found == [200, 200, 200]
    assert [each.status_code for each in strangers] == [404, 404, 404]
    assert all("1999" not in each.text for each in strangers)


def test_an_agreement_is_shown_to_whom_it_concerns(served, agreement: dict) -> None:
    """The applicant, who votes, those above and who runs the scheme; a colleague sees nothing of it."""
    path, [approver] = f"/v1/agreements/{agreement['agreement']}", agreement["waits_for"]["approvers"]
    allowed = [served.ask("GET", path, person=who) for who in ("k000002", approver, "k000101", None)]
    colleague = [served.ask("GET", f"{path}{more}", person="k000140") for more in ("", "/history", "/decision", "?x=1")]

    assert [each.status_code for each in allowed] == [200] * 4
    assert [each.json()["code"] for each in colleague] == ["MKD450", "MKD450", "MKD450", "MKD707"]
    unknown = served.ask("GET", "/v1/agreements/k000001.99", person="k000140").json()
    assert told(colleague[0]) == {**unknown, "request_id": ""}


def test_days_and_inboxes_are_shown_to_whom_they_concern(served, agreement: dict) -> None:
    """One's own and those of one's people."""
    [approver] = agreement["waits_for"]["approvers"]
    day = f"/v1/people/k000002/days/{served.wednesday}"

    days = [served.ask("GET", day, person=who).status_code for who in ("k000002", approver, "k000140", None)]
    boxes = [
        served.ask("GET", "/v1/inbox?person=k000002", person=who).status_code for who in ("k000002", "k000140", None)
    ]

    assert days == [200, 200, 404, 200]
    assert boxes == [200, 403, 200]


def test_who_is_on_site_is_shown_to_the_heads_of_a_unit(served) -> None:
    """And to those who run the scheme; from the stretches it shows who works where, by keys alone."""
    span = f"from={served.starts}&until={served.starts}"
    asked = [
        served.ask("GET", f"/v1/{what}?unit=1110&{span}", person=who)
        for what in ("coverage", "roster")
        for who in ("k000102", "k000001", "k000101", "k000103", None)
    ]

    assert [each.status_code for each in asked] == [200, 200, 200, 404, 200] * 2
    [stretch] = asked[0].json()
    assert stretch["date"] == str(served.starts)
    assert "k000103" in stretch["onsite"]
    assert stretch["remote"] == []
    assert served.ask("GET", "/v1/coverage?unit=none").status_code == 404


def test_all_agreements_are_shown_to_systems_a_page_at_a_time(served, agreement: dict) -> None:
    """The next page begins behind the last one."""
    everything = [each["agreement"] for each in served.ask("GET", "/v1/agreements").json()]
    pages, after = [], ""
    while page := served.ask("GET", f"/v1/agreements?limit=1{after}").json():
        pages += [each["agreement"] for each in page]
        after = f"&after={page[-1]['agreement']}"
    submitted = served.ask("GET", "/v1/agreements?state=submitted").json()
    behind_nobody = served.ask("GET", "/v1/agreements?after=k000001.7").json()

    assert pages == everything
    assert [each["agreement"] for each in behind_nobody] == everything
    assert agreement["agreement"] in everything
    assert {each["state"] for each in submitted} == {"submitted"}
    assert served.ask("GET", "/v1/agreements", person="k000002").status_code == 403


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=1001", "limit=x", "limit=1&limit=2", "state=asleep", "unknown=1", "after=nobody"],
)
def test_a_query_of_another_form_is_refused(served, query: str) -> None:
    """What nothing reads is no question."""
    answer = served.ask("GET", f"/v1/agreements?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "MKD707")


def test_sensitive_facts_are_hidden_from_systems(served, agreement: dict) -> None:
    """What the policy says is told to all who may see the agreement; its private values to who decides."""
    decision = served.ask("GET", f"/v1/agreements/{agreement['agreement']}/decision?show=all").json()

    assert decision["outcome"] == "approve"
    assert [finding["rule"] for finding in decision["findings"]] == ["days"]


def test_a_system_of_an_agency_neither_sees_nor_changes_another(served) -> None:
    """Whatever it asks, what is not its own is told as what is not there, and its lists leave it out."""
    own, other = served.proposed("k000104")["agreement"], served.proposed("k000125")["agreement"]
    span = f"from={served.starts}&until={served.starts}"
    asked = {
        path: [served.ask(method, path.format(at), body, token="bureau", person=person) for at in places]
        for method, path, body, person, places in (
            ("GET", "/v1/agreements/{}", None, None, (own, other, "k000125.77")),
            ("GET", "/v1/agreements/{}/history", None, None, (own, other, "k000125.77")),
            ("GET", "/v1/agreements/{}/decision", None, None, (own, other, "k000125.77")),
            ("GET", f"/v1/people/{{}}/days/{served.starts}", None, None, ("k000104", "k000125", "nobody")),
            ("GET", "/v1/inbox?person={}", None, None, ("k000104", "k000125", "nobody")),
            ("GET", f"/v1/roster?unit={{}}&{span}", None, None, ("1110", "2000", "none")),
            ("GET", f"/v1/coverage?unit={{}}&{span}", None, None, ("1110", "2000", "none")),
            ("POST", "/v1/agreements/{}/withdraw", {}, "k000104", (own, other, "k000125.77")),
        )
    }
    named = [served.ask("GET", "/v1/inbox", token="bureau", person=who) for who in ("k000104", "k000125", "nobody")]
    listed = {each["applicant"] for each in served.ask("GET", "/v1/agreements?limit=1000", token="bureau").json()}

    for path, (mine, theirs, nothing) in {**asked, "named": named}.items():
        assert mine.status_code == 200, path
        assert (theirs.status_code, told(theirs)) == (404, told(nothing)), path
    assert "k000104" in listed
    assert not listed & {"k000125", "k000002", "k000120"}
    assert served.ask("GET", f"/v1/agreements/{other}").json()["state"] == "draft"
