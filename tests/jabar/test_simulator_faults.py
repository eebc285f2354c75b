"""What goes wrong on purpose: where it was switched on, as often as was said, and the same again for the same seed."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
import requests
from simulated import AGENCY, KMOB, LOGIN, OIDC, PICTURE, Asker, number

from mkd_core.errors import InvalidInput
from mkd_plugins.jabar.contract import ENDPOINTS, SIAP, SIASN, Endpoint
from mkd_plugins.jabar.simulator import (
    AGENCY_USER,
    CLIENT_ID,
    CLIENT_SECRET,
    CONSUMER_KEY,
    CONSUMER_SECRET,
    KINDS,
    LOGIN_CLIENT,
    PASSWORD,
    Fault,
    simulator,
)
from mkd_plugins.jabar.simulator.faults import Faults
from mkd_plugins.testing.province import PLANNER, SERVED

NOON = datetime(2023, 7, 3, 5, 0, tzinfo=UTC)
PERSON = next(each for each in ENDPOINTS if each.path.endswith("data-utama/{nip}"))


@pytest.fixture(scope="module")
def running() -> Iterator[Asker]:
    """One simulator for all tests: each switches its own faults on."""
    with simulator(now=lambda: NOON, slow_seconds=0.1) as sim:
        somebody = Asker(sim)
        yield somebody
        somebody.close()


@pytest.fixture
def asker(running: Asker) -> Iterator[Asker]:
    """Somebody with nothing wrong before and after."""
    running.nip = number(running.sim, PLANNER)
    yield running
    running.sim.switch()


def ordinary(asker: Asker) -> dict[Endpoint, tuple[str, dict[str, Any]]]:
    """A good request for every path there is, made while nothing is wrong."""
    client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    login = {"username": asker.nip, "password": PASSWORD}
    sso, own, siap = asker.sso_token().json()["access_token"], asker.digiteam(), asker.siap()
    mail = {"email": asker.mail, "password": PASSWORD}
    signed_in = asker.ask("POST", "/v1/auth/users/sign-in", json=mail).json()["data"]
    both = {"headers": asker.both_tokens()}
    form = {"permits_type": "Cuti", "start_date": "2023-08-01", "end_date": "2023-08-01", "permit_acknowledged": "HR"}
    log = {"project_id": "p", "main_duty_id": "d", "name_task": "t", "date_task": "2023-07-03", "link_attachment": "l"}
    page = {"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": "http://127.0.0.1:9/"}
    presence = "/v1/attendances"
    sent: dict[tuple[str, str], dict[str, Any]] = {
        ("GET", f"{OIDC}/auth"): {"params": page},
        ("POST", f"{OIDC}/auth"): {"data": {**page, **login}},
        ("POST", f"{OIDC}/token"): {"data": {"grant_type": "password", **client, **login}},
        ("GET", f"{OIDC}/userinfo"): {"headers": {"Authorization": f"Bearer {sso}"}},
        ("POST", "/oauth2/token"): {
            "data": {"grant_type": "client_credentials"},
            "auth": (CONSUMER_KEY, CONSUMER_SECRET),
        },
        ("POST", LOGIN): {"data": {"grant_type": "password", "client_id": LOGIN_CLIENT, **login}},
        ("POST", "/v1/auth/users/sign-in"): {"json": mail},
        ("POST", "/v1/auth/users/refresh-token"): {"json": {"refresh_token": signed_in["refresh_token"]}},
        ("POST", "/v1/auth/users/sign-out"): {
            "json": {"refresh_token": ""},
            "headers": {"Authorization": f"Bearer {signed_in['access_token']}"},
        },
        ("POST", f"{presence}/check-in"): {
            "json": {"date": "2023-07-03T01:05:00.000Z", "location": "WFA"},
            "headers": own,
        },
        ("PATCH", f"{presence}/check-out"): {"json": {"date": "2023-07-03T04:05:00.000Z"}, "headers": own},
        ("POST", f"{presence}/days-off"): {"data": form, "files": {"image": PICTURE}, "headers": own},
        ("POST", "/v1/logbooks"): {
            "data": {**log, "partner[]": ""},
            "files": {"evidence_task": PICTURE},
            "headers": own,
        },
        ("GET", f"{KMOB}/presensi-harian"): {"params": {"tanggal": "2023-07-03"}, "auth": AGENCY},
        ("GET", f"{KMOB}/cuti-bulanan"): {"params": {"tahun": "2023", "bulan": "7"}, "auth": AGENCY},
        ("POST", f"{SIAP}/login"): {"json": {"username": AGENCY_USER, "password": PASSWORD}},
        ("GET", f"{SIAP}/pegawai/detail/{{nip}}"): {"headers": siap},
        ("GET", "/ekspor/{table}.csv"): {"auth": AGENCY},
        ("GET", "/notifications"): {"headers": {"Authorization": f"Bearer {sso}"}},
        ("POST", "/notifications"): {
            "json": {"subject": "s", "body": "b", "type": "email", "recipients": [{"emailAddress": asker.mail}]},
            "headers": {"Authorization": f"Bearer {sso}"},
        },
    }
    ids = {"jabatan": f"{PLANNER}-jabatan-0", "skp22": f"{PLANNER}-skp-2022", "hukdis": f"{SERVED}-hukdis-0"}
    made = {}
    for endpoint in ENDPOINTS:
        path = endpoint.path.replace("{nip}", asker.nip).replace("{table}", "people")
        path = path.replace("{id}", next((made_id for part, made_id in ids.items() if f"/{part}/" in path), ""))
        otherwise = both if endpoint.path.startswith(SIASN) else {"headers": own}
        made[endpoint] = (path, sent.get((endpoint.method, endpoint.path), otherwise))
    return made


@pytest.mark.parametrize("kind", ["nothing", *KINDS])
def test_every_answer_is_described_whatever_goes_wrong(asker: Asker, kind: str) -> None:
    """Every path with every fault that it can have answers as the document says; only what is cut off is no answer."""
    asker.nip = asker.sim.people.numbers[20 + list(KINDS).index(kind) if kind in KINDS else 19]
    for endpoint, (path, sent) in ordinary(asker).items():
        if kind in KINDS and KINDS[kind].can_happen_at(endpoint):
            asker.sim.switch(Fault(path=path, kind=kind))
        if kind == "cut":
            # A redirection has no body that could be cut.
            assert asker.is_cut_off(endpoint.method, path, **sent) is (
                (endpoint.method, path) != ("POST", f"{OIDC}/auth")
            )
        else:
            answer = asker.ask(endpoint.method, path, **sent)
            assert kind != "nothing" or answer.status_code in (200, 201, 302, 404)
        asker.sim.switch()


class TestOnTheWay:
    def test_a_late_answer_comes_late_and_whole(self, asker: Asker) -> None:
        """Later than somebody waits who waits less."""
        tokens = asker.both_tokens()
        url = f"{asker.sim.siasn}/pns/data-utama/{asker.nip}"
        asker.sim.switch("siasn=slow")

        with pytest.raises(requests.Timeout):
            requests.get(url, headers=tokens, timeout=0.03)
        assert asker.ask("GET", f"{SIASN}/pns/data-utama/{asker.nip}", headers=tokens).status_code == 200

    def test_an_answer_is_cut_off_in_the_middle(self, asker: Asker) -> None:
        """Half of it comes, and then the connection ends."""
        asker.sim.switch("sso=cut")

        assert asker.is_cut_off("GET", f"{OIDC}/certs")

    def test_a_busy_system_says_when_to_come_again(self, asker: Asker) -> None:
        """In its own envelope."""
        asker.sim.switch("digiteam=busy", "siasn=broken")
        busy = asker.ask("GET", "/v1/projects")

        assert (busy.status_code, busy.headers["Retry-After"], busy.json()["statusCode"]) == (503, "1", 503)
        assert asker.gateway_token().status_code == 500

    def test_a_page_comes_where_json_was_asked_for(self, asker: Asker) -> None:
        """With 200, as proxies do."""
        asker.sim.switch("siap=html")

        page = asker.ask("GET", f"{KMOB}/presensi-harian", params={"tanggal": "2023-07-03"}, auth=AGENCY)
        assert page.text.startswith("<!doctype html>")

    def test_a_stopped_simulator_lets_nobody_wait(self) -> None:
        """It ends at once, though an answer is on its way for minutes."""
        with simulator(people=63, slow_seconds=600, faults=["siasn=slow"]) as sim:
            waiting = threading.Thread(target=silently, args=(f"{sim.url}/oauth2/token",))
            waiting.start()
            until_asked(sim.app.asked, "/oauth2/token")
        waiting.join(10)

        assert not waiting.is_alive()


class TestTokens:
    def test_a_token_ends_in_the_middle_of_a_run_and_a_new_one_goes_on(self, asker: Asker) -> None:
        """Once refused, a token stays refused; each of the two has its own end."""
        path = f"{SIASN}/pns/data-utama/{asker.nip}"
        for kind in ("expired", "login-expired"):
            tokens = asker.both_tokens()
            asker.sim.switch(f"/pns/data-utama/*={kind}")
            struck = asker.ask("GET", path, headers=tokens).status_code
            asker.sim.switch()

            assert [struck, asker.ask("GET", path, headers=tokens).status_code] == [401, 401]
            renewed = asker.both_tokens()
            name = "Authorization" if kind == "expired" else "Auth"
            assert asker.ask("GET", path, headers={**tokens, name: renewed[name]}).status_code == 200

    def test_a_lifetime_is_said_in_three_ways(self, asker: Asker) -> None:
        """A number of seconds, a text of them, or the moment itself."""
        said = []
        for faults in ((), ("/oauth2/token=text-expiry",), ("/oauth2/token=epoch",)):
            asker.sim.switch(*faults)
            said.append(asker.gateway_token().json()["expires_in"])

        assert said == [3600, "3600", int(NOON.timestamp()) + 3600]

    def test_a_secret_is_revoked(self, asker: Asker) -> None:
        """At every place that takes one."""
        asker.sim.switch("*=refused")

        refused = [asker.sso_token(), asker.gateway_token(), asker.login_token()]
        assert [(each.status_code, each.json()["error"]) for each in refused] == [(401, "invalid_client")] * 3

    @pytest.mark.parametrize(
        ("kind", "why"),
        [
            ("foreign-key", jwt.InvalidSignatureError),
            ("foreign-issuer", jwt.InvalidIssuerError),
            ("foreign-audience", jwt.InvalidAudienceError),
            ("old", jwt.ExpiredSignatureError),
        ],
    )
    def test_a_token_that_must_not_be_trusted_is_not(self, kind: str, why: type[Exception]) -> None:
        """For exactly one reason each."""
        with simulator(people=63, faults=[f"sso={kind}"]) as sim:
            asker = Asker(sim)
            token = asker.sso_token().json()["access_token"]
            key = jwt.PyJWK(asker.ask("GET", f"{OIDC}/certs").json()["keys"][0]).key

            with pytest.raises(why):
                jwt.decode(token, key, algorithms=["RS256"], audience=CLIENT_ID, issuer=sim.issuer)


class TestWhatIsAnswered:
    def test_keys_come_in_three_spellings(self, asker: Asker) -> None:
        """The same values under nipBaru, nip_baru and NipBaru; each path keeps to one."""
        plain = asker.data(f"/pns/data-utama/{asker.nip}")
        asker.sim.switch("siasn=spelling")
        spelt = [asker.data(f"/pns/data-utama/{each}") for each in asker.sim.people.numbers[:20]]
        again = [asker.data(f"/pns/data-utama/{each}") for each in asker.sim.people.numbers[:20]]
        other = asker.data(f"/pns/data-utama/{asker.nip}")

        assert {"nip_baru" in each for each in spelt} == {True, False}
        assert all(("nip_baru" in each) is not ("NipBaru" in each) for each in spelt)
        assert spelt == again
        assert list(other.values()) == list(plain.values())

    def test_keys_come_in_lower_case(self, asker: Asker) -> None:
        """As Digiteam's lists always do."""
        asker.sim.switch("siasn=lowercase")

        assert asker.data(f"/pns/data-utama/{asker.nip}")["nipbaru"] == asker.nip

    def test_texts_of_digits_become_numbers_and_lose_nothing(self, asker: Asker) -> None:
        """A code with a zero in front and a service number stay texts."""
        asker.sim.switch("siasn=numbers")
        person = asker.data(f"/pns/data-utama/{asker.nip}")

        assert (person["jenisJabatanId"], person["kedudukanPnsId"], person["nipBaru"]) == (2, "01", asker.nip)

    def test_empty_fields_are_left_out(self, asker: Asker) -> None:
        """What is null otherwise is not there."""
        asker.sim.switch("siasn=sparse")

        assert "nipLama" not in asker.data(f"/pns/data-utama/{asker.nip}")

    def test_a_code_is_in_no_table(self, asker: Asker) -> None:
        """In each field that has codes."""
        asker.sim.switch("siasn=unknown-code")

        assert asker.data(f"/pns/data-utama/{asker.nip}")["kedudukanPnsId"] == "00"
        assert asker.data(f"/pns/rw-skp22/{asker.nip}")[0]["KuadranKinerjaNilai"] == "9"

    def test_somebody_else_is_answered(self, asker: Asker) -> None:
        """Whoever does not compare takes one person for another."""
        asker.sim.switch("siasn=somebody-else")

        assert asker.data(f"/pns/data-utama/{asker.nip}")["nipBaru"] == asker.sim.people.another(asker.nip)

    def test_two_people_have_one_number(self, asker: Asker) -> None:
        """In a list where one was expected, and in an export."""
        asker.sim.switch("*=twins")
        twins = asker.data(f"/pns/data-utama/{asker.nip}")
        rows = asker.ask("GET", f"{KMOB}/presensi-harian", params={"tanggal": "2023-07-03"}, auth=AGENCY).json()

        assert [each["nipBaru"] for each in twins] == [asker.nip] * 2
        assert twins[0]["id"] != twins[1]["id"]
        assert rows[-1]["nip"] == rows[0]["nip"]
        assert rows[-1]["nama"] != rows[0]["nama"]

    def test_half_of_the_people_are_missing_and_they_are_the_same_each_time(self, asker: Asker) -> None:
        """Whoever tries again finds nobody more."""
        asker.sim.switch("/pns/data-utama/*=missing:0.5")
        people = asker.sim.people.numbers[:80]
        tokens = asker.both_tokens()

        def found() -> list[bool]:
            answers = (asker.ask("GET", f"{SIASN}/pns/data-utama/{each}", headers=tokens) for each in people)
            return [answer.status_code == 200 for answer in answers]

        once, again = found(), found()
        assert once == again
        assert 20 < sum(once) < 60

    def test_nothing_found_comes_as_a_success(self, asker: Asker) -> None:
        """200, with code 0 and a text."""
        asker.sim.switch("siasn=empty")

        answer = asker.siasn(f"/pns/data-utama/{asker.nip}")
        assert (answer.status_code, answer.json()["code"], type(answer.json()["data"])) == (200, 0, str)

    def test_units_turn_in_a_circle_and_a_head_is_nobody(self, asker: Asker) -> None:
        """Two units are each above the other; one is led by an id that no person has."""
        asker.sim.switch("siasn=cycle", "siasn=nobody")
        units = {unit["Id"]: unit for unit in asker.data("/referensi/ref-unor")}
        circle = [each for each in units.values() if each["DiatasanId"] and over(units, over(units, each)) is each]

        assert len(circle) == 2
        assert [unit["PemimpinPnsId"] for unit in units.values()].count("nobody") == 1

    def test_the_clock_of_the_rows_is_seven_hours_off(self, asker: Asker) -> None:
        """What the rows are about is not."""
        asker.nip = asker.sim.people.numbers[70]
        come = {"date": "2023-07-03T01:05:00.000Z", "location": "WFA"}
        mine = asker.digiteam()
        asker.sim.switch("digiteam=clock")
        row = asker.ask("POST", "/v1/attendances/check-in", json=come, headers=mine).json()["data"]

        assert (row["startDate"], row["createdAt"]) == ("2023-07-03T01:05:00.000Z", "2023-07-03T12:00:00.000Z")

    def test_an_export_is_written_in_another_zone(self, asker: Asker) -> None:
        """Seven hours earlier, and who has not left has still not left."""
        asked = {"params": {"tanggal": "2023-06-30"}, "auth": AGENCY}
        here = asker.ask("GET", f"{KMOB}/presensi-harian", **asked).json()
        asker.sim.switch("/presensi-harian=zone")
        there = asker.ask("GET", f"{KMOB}/presensi-harian", **asked).json()

        assert [int(row["masuk"][:2]) for row in there] == [(int(row["masuk"][:2]) - 7) % 24 for row in here]
        not_yet = "00:00:00"
        assert [row["pulang"] == not_yet for row in there] == [row["pulang"] == not_yet for row in here]

    def test_the_columns_of_an_export_have_shifted(self, asker: Asker) -> None:
        """Every value stands under the next name, in a file and in presence."""
        asker.sim.switch("siap=shifted")
        text = asker.ask("GET", "/ekspor/units.csv", auth=AGENCY).text
        rows = asker.ask("GET", f"{KMOB}/presensi-harian", params={"tanggal": "2023-07-03"}, auth=AGENCY).json()

        first = next(csv.DictReader(io.StringIO(text)))
        assert (first["unit_kerja_id"], first["unit_kerja_nama"]) == ("", "1000")
        assert asker.sim.people.find(rows[0]["nama"]) is not None


class TestWhichRequests:
    def test_a_rate_strikes_so_many_and_another_seed_strikes_others(self) -> None:
        """One request in ten, of a thousand."""
        paths = [f"{SIASN}/pns/data-utama/{n}" for n in range(1000)]

        def struck(seed: int) -> list[bool]:
            faults = Faults(["siasn=busy:0.1"], seed)
            return [bool(faults.at(PERSON, path)) for path in paths]

        assert 70 < sum(struck(1)) < 130
        assert struck(1) == struck(1) != struck(2)

    def test_the_order_of_the_requests_changes_nothing(self) -> None:
        """So threads may run as they like."""
        paths = [f"{SIASN}/pns/data-utama/{n}" for n in range(200)]
        forward, backward = Faults(["siasn=cut:0.3"], 7), Faults(["siasn=cut:0.3"], 7)

        there = {path: forward.at(PERSON, path) for path in paths}
        assert {path: backward.at(PERSON, path) for path in reversed(paths)} == there

    def test_who_tries_again_gets_through(self) -> None:
        """A fault of requests strikes a second attempt as often as the first, and no more."""
        faults = Faults(["siasn=busy:0.5"], 3)

        attempts = [bool(faults.at(PERSON, f"{SIASN}/pns/data-utama/1")) for _ in range(50)]
        assert {True, False} == set(attempts)

    def test_a_token_lasts_as_many_requests_as_the_rate_says(self, asker: Asker) -> None:
        """So a run is interrupted again and again, and whoever asks for a new token always gets on."""
        asker.sim.switch("siasn=expired:0.1")
        tokens, path = asker.both_tokens(), f"{SIASN}/pns/data-utama/{asker.nip}"
        statuses = [asker.ask("GET", path, headers=tokens).status_code for _ in range(12)]

        assert statuses == [200] * 9 + [401] * 3
        assert asker.ask("GET", path, headers=asker.both_tokens()).status_code == 200

    @pytest.mark.parametrize("path", ["siasn", "/pns/data-utama/{nip}", "/pns/data-utama/*", "*/data-utama/1*", "*"])
    def test_a_path_is_named_in_the_way_that_is_at_hand(self, path: str) -> None:
        """By its system, by its form, by a pattern, or all."""
        assert Faults([f"{path}=busy"]).at(PERSON, f"{SIASN}/pns/data-utama/199001012015011901") == {"busy"}

    def test_a_person_is_named_by_the_number(self) -> None:
        """And nobody else is struck."""
        faults = Faults(["/pns/data-utama/199001012015011901=missing"])

        assert faults.at(PERSON, f"{SIASN}/pns/data-utama/199001012015011901") == {"missing"}
        assert faults.at(PERSON, f"{SIASN}/pns/data-utama/199001012015011902") == set()

    @pytest.mark.parametrize(
        ("written", "mend"),
        [
            ("siasn=slwo", "slow"),
            ("siasm=slow", "siasn"),
            ("/pns/data-utamo/*=slow", ""),
            ("siap=spelling", "shifted"),
            ("siasn=slow:often", "0.1"),
            ("siasn=slow:1.5", "0.1"),
            ("siasn", "one of"),
        ],
    )
    def test_a_fault_that_cannot_be_is_refused_with_what_fits(self, written: str, mend: str) -> None:
        """Before anything listens."""
        with pytest.raises(InvalidInput) as refused, simulator(people=63, faults=[written]):
            pass

        assert refused.value.code == "MKD731"
        assert mend in str(refused.value)


def over(units: dict[str, dict[str, Any]], unit: dict[str, Any] | None) -> dict[str, Any] | None:
    return units.get(unit["DiatasanId"]) if unit else None


def silently(url: str) -> None:
    try:
        requests.post(url, timeout=30)
    except requests.RequestException:
        return


def until_asked(asked: dict[str, int], path: str) -> None:
    """Wait until the request has come in."""
    came = threading.Event()
    for _ in range(1000):
        if asked[path]:
            return
        came.wait(0.01)
    raise AssertionError("the request never came")
