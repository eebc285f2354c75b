"""The simulator answers as its document says, over real sockets, and as awkwardly as the real systems do."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from simulated import AGENCY, DOCUMENT, KMOB, LOGIN, OIDC, PICTURE, Asker, number, problems

from mkd_plugins.jabar.contract import ENDPOINTS, FIELDS, SIASN
from mkd_plugins.jabar.simulator import CLIENT_ID, CONSUMER_KEY, CONSUMER_SECRET, LOGIN_CLIENT, PASSWORD, simulator
from mkd_plugins.testing.province import (
    ACTING_OFFICER,
    DISCIPLINED,
    IN_PROCESS,
    NO_RATING,
    PPPK_21,
    PROBATIONER,
    SYNTHETIC_BIRTH_YEARS,
    SYNTHETIC_SERIALS,
)

NOON = datetime(2023, 7, 3, 5, 0, tzinfo=UTC)
"""A Monday, noon in Jakarta."""
CAME = "2023-07-03T01:05:00.000Z"
LEFT = "2023-07-03T09:05:00.000Z"
BACK = "http://127.0.0.1:9/back"


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def asker(clock: Clock) -> Iterator[Asker]:
    with simulator(now=clock) as sim:
        somebody = Asker(sim)
        yield somebody
        somebody.close()


class TestTheDocument:
    def test_it_has_the_paths_of_the_contract_and_says_how_well_each_is_known(self) -> None:
        """Nobody takes an assumption for a fact, in the table or in the document."""
        described = {
            (method.upper(), path): operation["x-known"]
            for path, operations in DOCUMENT["paths"].items()
            for method, operation in operations.items()
        }

        assert described == {(each.method, each.path): each.known.value for each in ENDPOINTS}

    def test_it_has_the_fields_of_the_contract(self) -> None:
        """A field that is known is described, in its own spelling."""
        names = {
            "data-utama": "Person",
            "rw-jabatan": "Post",
            "ref-unor": "Unit",
            "rw-pnsunor": "Move",
            "rw-skp22": "Rating",
            "rw-kinerjaperiodik": "PeriodRating",
            "rw-hukdis": "Punishment",
            "rw-cltn": "UnpaidLeave",
            "pegawai": "SiapPerson",
        }

        for resource, name in names.items():
            assert tuple(DOCUMENT["components"]["schemas"][name]["properties"]) == FIELDS[resource]

    def test_it_is_a_valid_document(self) -> None:
        """Other tools read it: an independent mock, a generator of clients."""
        validator = pytest.importorskip("openapi_spec_validator", reason="the tests' own extra")

        validator.validate(DOCUMENT)

    def test_its_examples_are_as_it_says_and_of_people_who_do_not_exist(self) -> None:
        """A mock that answers with them answers as the simulator would, and about one person throughout."""
        examples = list(described_examples())

        assert len(examples) > 30
        for where, example, schema in examples:
            assert problems(example, schema) == [], where
            for digits in re.findall(r"(?<!\d)\d{18}(?!\d)", str(example)):
                assert int(digits[:4]) in SYNTHETIC_BIRTH_YEARS
                assert int(digits[-3:]) in SYNTHETIC_SERIALS

    def test_the_simulator_gives_it_to_whoever_asks(self, asker: Asker) -> None:
        """Whoever has the address has the document."""
        assert requests.get(f"{asker.sim.url}/openapi.json", timeout=10).json() == DOCUMENT


class TestSsoJabar:
    def test_a_login_in_the_browser_ends_with_a_code_that_buys_tokens_once(self, asker: Asker) -> None:
        """The flow of the handbook: page, code, token, claims; a code that was used is worth nothing."""
        page = {"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": BACK, "state": "s", "nonce": "n"}
        shown = asker.ask("GET", f"{OIDC}/auth", params=page)
        hidden = dict(re.findall(r'name="(\w+)" value="([^"]*)"', shown.text))
        sent_back = asker.ask("POST", f"{OIDC}/auth", data={**hidden, "username": asker.nip, "password": PASSWORD})
        query = parse_qs(urlsplit(sent_back.headers["Location"]).query)
        bought = {"grant_type": "authorization_code", "code": query["code"][0], "redirect_uri": BACK}
        tokens = asker.sso_token(**bought).json()
        again = asker.sso_token(**bought)

        assert query["state"] == ["s"]
        assert again.status_code == 400
        assert verified(asker, tokens["id_token"])["nonce"] == "n"
        claims = asker.ask("GET", f"{OIDC}/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
        assert claims.json()["preferred_username"] == asker.nip

    def test_the_page_sends_nobody_to_another_machine(self, asker: Asker) -> None:
        """A made-up login page is no help to those who fish for real logins."""
        page = {"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": "https://example.org/back"}

        assert asker.ask("GET", f"{OIDC}/auth", params=page).status_code == 400

    def test_tokens_are_signed_with_the_published_key_and_name_the_realm(self, asker: Asker) -> None:
        """A verifier finds everything by the address of the realm alone."""
        discovery = asker.ask("GET", "/realms/ssojabar/.well-known/openid-configuration").json()
        claims = verified(asker, asker.sso_token().json()["access_token"])

        assert discovery["issuer"] == claims["iss"] == asker.sim.issuer
        assert claims["aud"] == CLIENT_ID

    def test_a_refresh_token_is_good_once(self, asker: Asker) -> None:
        """Refreshing gives another refresh token."""
        refresh = asker.sso_token().json()["refresh_token"]

        assert asker.sso_token(grant_type="refresh_token", refresh_token=refresh).status_code == 200
        assert asker.sso_token(grant_type="refresh_token", refresh_token=refresh).status_code == 400

    def test_the_client_itself_gets_a_token_of_nobody(self, asker: Asker) -> None:
        """A service account is no person."""
        token = asker.sso_token(grant_type="client_credentials").json()["access_token"]

        assert "preferred_username" not in verified(asker, token)

    def test_wrong_secrets_logins_and_tokens_are_refused(self, asker: Asker) -> None:
        """Each as Keycloak says it."""
        assert asker.sso_token(client_secret="wrong").json()["error"] == "invalid_client"
        assert asker.sso_token(password="wrong").json()["error"] == "invalid_grant"
        assert asker.sso_token(grant_type="magic").json()["error"] == "unsupported_grant_type"
        assert asker.ask("GET", f"{OIDC}/userinfo", headers={"Authorization": "Bearer x"}).status_code == 401

    def test_logging_out_leads_back_to_the_client(self, asker: Asker) -> None:
        """Or to a page that says so."""
        assert asker.ask("GET", f"{OIDC}/logout", params={"post_logout_redirect_uri": BACK}).headers["Location"] == BACK
        assert asker.ask("GET", f"{OIDC}/logout").status_code == 200


class TestSiasn:
    def test_a_person_comes_with_dates_day_first_and_codes_as_texts(self, asker: Asker) -> None:
        """The forms that every client of SIASN has to read."""
        person = asker.data(f"/pns/data-utama/{asker.nip}")

        assert (person["nipBaru"], person["kedudukanPnsId"], person["jenisJabatanId"]) == (asker.nip, "01", "2")
        assert re.fullmatch(r"\d\d-\d\d-\d{4}", person["tmtCpns"])
        assert tuple(person) == FIELDS["data-utama"]

    def test_a_contract_officer_is_active_by_name_alone(self, asker: Asker) -> None:
        """Which code a PPPK has was shown nowhere, so there is none."""
        person = asker.data(f"/pns/data-utama/{number(asker.sim, PPPK_21)}")

        assert (person["kedudukanPnsId"], person["kedudukanPnsNama"]) == (None, "PPPK Aktif")

    def test_where_nothing_is_found_data_is_a_text(self, asker: Asker) -> None:
        """For somebody who does not exist, and for somebody who was never rated."""
        nobody, unrated = "199001012015011999", number(asker.sim, NO_RATING)
        answers = [asker.siasn(f"/pns/data-utama/{nobody}"), asker.siasn(f"/pns/rw-skp22/{unrated}")]

        assert [(each.status_code, each.json()) for each in answers] == [
            (404, {"code": 0, "data": "Data tidak ditemukan"})
        ] * 2

    def test_the_superior_is_found_over_the_units(self, asker: Asker) -> None:
        """From the person's unit to its head's id, which is that of a person and not a service number."""
        person = asker.data(f"/pns/data-utama/{asker.nip}")
        units = {unit["Id"]: unit for unit in asker.data("/referensi/ref-unor")}
        head = units[person["unorId"]]["PemimpinPnsId"]
        row = asker.sim.people.by_key(head)

        assert row is not None
        assert row["peg_nip"] == asker.data(f"/pns/rw-skp22/{asker.nip}")[0]["nipNrpPenilai"]

    def test_units_come_page_by_page(self, asker: Asker) -> None:
        """Until a page has none, which is a text."""
        pages = [asker.siasn("/referensi/ref-unor", params={"limit": 40, "offset": at}) for at in (0, 40, 80)]

        assert [page.status_code for page in pages] == [200, 200, 404]
        ids = [unit["Id"] for page in pages[:2] for unit in page.json()["data"]]
        assert len(ids) == len(set(ids)) == len(asker.sim.people.units)

    def test_an_acting_officer_holds_two_posts(self, asker: Asker) -> None:
        """The own one, and one by each order."""
        posts = asker.data(f"/pns/rw-jabatan/{number(asker.sim, ACTING_OFFICER)}")

        assert [post["jenisPenugasanId"] for post in posts] == ["D", "PLT", "PLT"]

    def test_a_punishment_is_there_and_an_examination_is_not(self, asker: Asker) -> None:
        """What is in process is nothing that SIASN says."""
        served = asker.data(f"/pns/rw-hukdis/{number(asker.sim, DISCIPLINED)}")

        assert [(each["jenisTingkatHukumanId"], each["akhirHukumTanggal"]) for each in served] == [("S", "31-10-2023")]
        assert asker.siasn(f"/pns/rw-hukdis/{number(asker.sim, IN_PROCESS)}").status_code == 404

    def test_every_other_path_answers_by_the_document(self, asker: Asker) -> None:
        """Histories by number, and their records by id."""
        for path in ("/jabatan/pns", "/pns/rw-pnsunor", "/pns/rw-skp22", "/pns/rw-kinerjaperiodik"):
            assert asker.siasn(f"{path}/{asker.nip}").status_code == 200
        disciplined = number(asker.sim, DISCIPLINED)
        records = {
            "/jabatan/id": asker.data(f"/pns/rw-jabatan/{asker.nip}")[0],
            "/skp22/id": asker.data(f"/pns/rw-skp22/{asker.nip}")[0],
            "/hukdis/id": asker.data(f"/pns/rw-hukdis/{disciplined}")[0],
        }
        for path, record in records.items():
            assert asker.data(f"{path}/{record['id']}") == record
        assert asker.siasn(f"/pns/rw-cltn/{asker.nip}").status_code == 404

    def test_both_tokens_are_needed_and_both_end(self, asker: Asker, clock: Clock) -> None:
        """That of the gateway after an hour, that of the login after twelve."""
        tokens = asker.both_tokens()
        path = f"{SIASN}/pns/data-utama/{asker.nip}"
        without = {name: {key: value for key, value in tokens.items() if key != name} for name in tokens}

        assert asker.ask("GET", path, headers=tokens).status_code == 200
        assert [asker.ask("GET", path, headers=each).status_code for each in without.values()] == [401, 401]
        clock.now = NOON + timedelta(hours=2)
        tokens["Authorization"] = f"Bearer {asker.gateway_token().json()['access_token']}"
        assert asker.ask("GET", path, headers=tokens).status_code == 200
        clock.now = NOON + timedelta(hours=13)
        tokens["Authorization"] = f"Bearer {asker.gateway_token().json()['access_token']}"
        assert asker.ask("GET", path, headers=tokens).status_code == 401


class TestDigiteam:
    def test_expires_in_is_a_moment(self, asker: Asker) -> None:
        """Seconds since 1970, where others say how long."""
        answer = asker.ask("POST", "/v1/auth/users/sign-in", json={"email": asker.mail, "password": PASSWORD})

        assert answer.json()["data"]["expires_in"] == int((NOON + timedelta(hours=1)).timestamp())

    def test_a_day_begins_once_and_ends_once(self, asker: Asker) -> None:
        """The second check-in is forbidden, and so is the second check-out."""
        mine = asker.digiteam()
        come = {"date": CAME, "location": "WFA"}

        statuses = [
            asker.ask("PATCH", "/v1/attendances/check-out", json={"date": LEFT}, headers=mine).status_code,
            asker.ask("POST", "/v1/attendances/check-in", json=come, headers=mine).status_code,
            asker.ask("POST", "/v1/attendances/check-in", json=come, headers=mine).status_code,
            asker.ask("PATCH", "/v1/attendances/check-out", json={"date": CAME}, headers=mine).status_code,
            asker.ask("PATCH", "/v1/attendances/check-out", json={"date": LEFT}, headers=mine).status_code,
            asker.ask("PATCH", "/v1/attendances/check-out", json={"date": LEFT}, headers=mine).status_code,
        ]
        begun = asker.ask("GET", "/v1/attendances/is-checked-in", headers=mine).json()["data"]
        ended = asker.ask("GET", "/v1/attendances/is-checked-out", headers=mine).json()["data"]

        assert statuses == [404, 201, 403, 422, 200, 403]
        assert (begun["startDate"], begun["endDate"]) == (CAME, LEFT)
        assert ended == {"isCheckedOut": True}

    def test_only_today_can_be_begun_and_only_in_its_own_form(self, asker: Asker) -> None:
        """Yesterday is forbidden; a moment without milliseconds, a wrong mood and a long place are wrong."""
        mine = asker.digiteam()
        path = "/v1/attendances/check-in"

        yesterday = {"date": "2023-07-02T01:05:00.000Z", "location": "WFA"}
        assert asker.ask("POST", path, json=yesterday, headers=mine).status_code == 403
        for wrong in (
            {"date": "2023-07-03T01:05:00Z", "location": "WFA"},
            {"date": CAME, "location": "WFA", "mood": "FINE"},
            {"date": CAME, "location": "x" * 101},
        ):
            answer = asker.ask("POST", path, json=wrong, headers=mine)
            assert (answer.status_code, len(answer.json()["message"])) == (400, 1)

    def test_days_off_need_a_picture_and_fill_their_weekdays(self, asker: Asker) -> None:
        """A second request for one of the days is wrong, and today is then off."""
        mine = asker.digiteam()
        path = "/v1/attendances/days-off"
        form = {
            "permits_type": "Izin",
            "start_date": "2023-07-03",
            "end_date": "2023-07-04",
            "permit_acknowledged": "HR",
            "note": "MKD",
        }

        assert asker.ask("POST", path, data=form, headers=mine).status_code == 400
        assert asker.ask("POST", path, data=form, files={"image": PICTURE}, headers=mine).status_code == 201
        assert asker.ask("POST", path, data=form, files={"image": PICTURE}, headers=mine).status_code == 400
        today = asker.ask("GET", "/v1/attendances/is-checked-in", headers=mine).json()["data"]
        assert (today["isDaysOff"], today["permitsType"]) == (True, "Izin")

    def test_a_log_without_the_optional_partner_breaks_the_server(self, asker: Asker) -> None:
        """500, as its public code does; an empty partner is enough."""
        mine = asker.digiteam()
        project = asker.ask("GET", "/v1/projects").json()["data"][0]
        duty = asker.ask("GET", "/v1/main-duties/mine", headers=mine).json()["data"][0]
        form = {
            "project_id": project["id"],
            "main_duty_id": duty["id"],
            "name_task": "Menyusun rencana",
            "date_task": "2023-07-03",
            "link_attachment": "https://example.go.id/1",
        }
        picture = {"evidence_task": PICTURE}

        assert asker.ask("POST", "/v1/logbooks", data=form, files=picture, headers=mine).status_code == 500
        form["partner[]"] = ""
        written = asker.ask("POST", "/v1/logbooks", data=form, files=picture, headers=mine)
        assert written.json()["data"][0]["nameTask"] == "Menyusun rencana"
        del form["name_task"]
        assert asker.ask("POST", "/v1/logbooks", data=form, files=picture, headers=mine).status_code == 400

        read = asker.ask("GET", "/v1/logbooks/mine", headers=mine).json()["data"]
        assert [(each["nametask"], each["projectname"]) for each in read["logbooks"]] == [
            ("Menyusun rencana", project["name"])
        ]

    def test_it_knows_no_service_number_and_who_has_no_post_has_no_duties(self, asker: Asker) -> None:
        """What it can and cannot be asked."""
        asker.nip = number(asker.sim, PROBATIONER)
        mine = asker.digiteam()

        assert set(asker.ask("GET", "/v1/auth/users/me", headers=mine).json()["data"]) == {"id", "name", "email"}
        assert asker.ask("GET", "/v1/main-duties/mine", headers=mine).status_code == 400
        assert len(asker.ask("GET", "/v1/users", params={"name": ""}).json()["data"]) == 240

    def test_signing_out_ends_both_tokens(self, asker: Asker) -> None:
        """And a refresh token is good once."""
        login = {"email": asker.mail, "password": PASSWORD}
        given = asker.ask("POST", "/v1/auth/users/sign-in", json=login).json()["data"]
        renewed = asker.ask(
            "POST", "/v1/auth/users/refresh-token", json={"refresh_token": given["refresh_token"]}
        ).json()["data"]
        mine = {"Authorization": f"Bearer {renewed['access_token']}"}
        body = {"refresh_token": renewed["refresh_token"]}

        assert asker.ask("POST", "/v1/auth/users/sign-out", json=body, headers=mine).status_code == 200
        assert asker.ask("GET", "/v1/auth/users/me", headers=mine).status_code == 401
        assert asker.ask("POST", "/v1/auth/users/refresh-token", json=body).status_code == 401
        assert asker.ask("POST", "/v1/auth/users/sign-in", json={"email": asker.mail}).status_code == 401


class TestSiapAndKMob:
    def test_whoever_has_not_left_left_at_midnight(self, asker: Asker) -> None:
        """``00:00:00`` means not yet, for everybody at noon."""
        rows = asker.ask("GET", f"{KMOB}/presensi-harian", params={"tanggal": "2023-07-03"}, auth=AGENCY).json()

        assert len(rows) > 200
        assert {row["pulang"] for row in rows} == {"00:00:00"}
        assert all("06:50:00" <= row["masuk"] <= "07:35:00" for row in rows)

    def test_yesterday_is_complete_but_for_those_who_forgot(self, asker: Asker) -> None:
        """The same day is the same whenever it is asked for; a Sunday and tomorrow have nobody."""
        path = f"{KMOB}/presensi-harian"
        friday = [asker.ask("GET", path, params={"tanggal": "2023-06-30"}, auth=AGENCY).json() for _ in range(2)]
        forgot = [row for row in friday[0] if row["pulang"] == "00:00:00"]

        assert friday[0] == friday[1]
        assert 0 < len(forgot) < 20
        for nobody in ("2023-07-02", "2023-07-04"):
            assert asker.ask("GET", path, params={"tanggal": nobody}, auth=AGENCY).json() == []
        assert asker.ask("GET", path, params={"tanggal": "03-07-2023"}, auth=AGENCY).status_code == 400
        assert asker.ask("GET", path, params={"tanggal": "2023-07-03"}).status_code == 401

    def test_leave_names_people_without_their_number(self, asker: Asker) -> None:
        """So it can be matched by name and unit at most."""
        rows = asker.ask("GET", f"{KMOB}/cuti-bulanan", params={"tahun": "2023", "bulan": "07"}, auth=AGENCY).json()

        assert rows
        assert not any(re.search(r"\d{18}", str(row)) for row in rows)
        assert asker.ask("GET", f"{KMOB}/cuti-bulanan", params={"tahun": "2023"}, auth=AGENCY).status_code == 400

    def test_siap_tells_of_a_person_and_their_superior(self, asker: Asker) -> None:
        """Under ``succes``, spelt so."""
        agency = asker.siap()
        answer = asker.ask("GET", f"/p/backend/api/pegawai/detail/{asker.nip}", headers=agency).json()
        row = asker.sim.people.find(asker.nip)
        assert row is not None

        assert answer["succes"] is True
        assert (answer["data"]["peg_nip"], answer["data"]["nip_atasan"]) == (asker.nip, row["nip_atasan"])
        nobody = "/p/backend/api/pegawai/detail/199001012015011999"
        assert asker.ask("GET", nobody, headers=agency).status_code == 404
        assert asker.ask("GET", nobody).status_code == 401
        assert asker.ask("POST", "/p/backend/api/login", json={"username": "x"}).status_code == 401

    def test_the_tables_come_as_files(self, asker: Asker) -> None:
        """As the backend `table` reads them."""
        people = asker.ask("GET", "/ekspor/people.csv", auth=AGENCY)

        assert len(list(csv.DictReader(io.StringIO(people.text)))) == 240
        for table in ("units", "mandates", "discipline", "ratings"):
            assert asker.ask("GET", f"/ekspor/{table}.csv", auth=AGENCY).status_code == 200
        assert asker.ask("GET", "/ekspor/salaries.csv", auth=AGENCY).status_code == 404


class TestJabarNotify:
    def test_a_system_with_a_token_of_sso_jabar_hands_over_a_notice(self, asker: Asker) -> None:
        """It is kept for whoever tests, and goes to nobody."""
        mine = {"Authorization": f"Bearer {asker.sso_token(grant_type='client_credentials').json()['access_token']}"}
        notice = {"subject": "s", "body": "b", "type": "sms", "recipients": [{"name": "n", "phoneNumber": "0"}]}
        taken = asker.ask("POST", "/notifications", json=notice, headers=mine)

        assert taken.status_code == 201
        assert asker.ask("GET", "/notifications", headers=mine).json()["data"] == list(asker.sim.notices)
        assert [dict(each) | {"id": ""} for each in asker.sim.notices] == [{"id": "", **notice}]

    def test_who_has_no_token_and_what_reaches_nobody_is_refused(self, asker: Asker) -> None:
        """A mail without a mail address is none."""
        mine = {"Authorization": f"Bearer {asker.sso_token(grant_type='client_credentials').json()['access_token']}"}
        notice = {"subject": "s", "body": "b", "type": "email", "recipients": [{"name": "n", "phoneNumber": "0"}]}

        assert asker.ask("POST", "/notifications", json=notice, headers=mine).status_code == 422
        assert asker.ask("POST", "/notifications", json=notice).status_code == 401
        assert asker.ask("GET", "/notifications").status_code == 401
        assert not asker.sim.notices


def test_every_number_is_made_up_and_what_nobody_needs_can_be_told(asker: Asker) -> None:
    """Numbers have synthetic years and serials; fields that are never needed have values found nowhere else."""
    person = asker.siasn(f"/pns/data-utama/{asker.nip}").text
    siap = asker.ask("GET", f"/p/backend/api/pegawai/detail/{asker.nip}", headers=asker.siap()).text
    secret = asker.sim.people.never_read(asker.nip)

    for digits in re.findall(r"(?<!\d)\d{18}(?!\d)", person + siap):
        assert int(digits[:4]) in SYNTHETIC_BIRTH_YEARS
        assert int(digits[-3:]) in SYNTHETIC_SERIALS
    assert len([value for value in secret if value in person]) == 16
    assert len([value for value in secret if value in siap]) == 7


def test_the_smallest_and_the_largest_province_are_served(clock: Clock) -> None:
    """As many people as are asked for, and the first of them are the same."""
    with simulator(people=63, now=clock) as small, simulator(people=2000, now=clock) as large:
        assert large.people.numbers[:63] == small.people.numbers
        assert Asker(large).data(f"/pns/data-utama/{large.people.numbers[-1]}")["nipBaru"] == large.people.numbers[-1]


def test_an_etag_spares_the_body_where_it_is_switched_on(clock: Clock) -> None:
    """Whether the real systems give any is not known."""
    with simulator(now=clock, etags=True) as sim:
        asker = Asker(sim)
        tokens = asker.both_tokens()
        for path in (f"{SIASN}/pns/data-utama/{asker.nip}", f"{SIASN}/referensi/ref-unor"):
            first = asker.ask("GET", path, headers=tokens)
            again = asker.ask("GET", path, headers={**tokens, "If-None-Match": first.headers["ETag"]})

            assert (again.status_code, again.content) == (304, b"")


def test_what_is_asked_in_the_wrong_way_is_refused(asker: Asker) -> None:
    """Ids of nothing, requests without a login, grants that are none, forms without what they need."""
    assert {asker.siasn(f"/{each}/id/nothing").status_code for each in ("jabatan", "skp22", "hukdis")} == {404}
    assert asker.ask("GET", "/ekspor/people.csv").status_code == 401
    assert asker.ask("GET", f"{KMOB}/cuti-bulanan").status_code == 401
    assert asker.ask("PATCH", "/v1/attendances/check-out", json={}, headers=asker.digiteam()).status_code == 400
    assert asker.ask("POST", f"{OIDC}/auth", data={"client_id": "stranger"}).status_code == 400
    assert asker.ask("POST", LOGIN, data={"client_id": LOGIN_CLIENT, "grant_type": "magic"}).status_code == 400
    assert asker.ask("POST", LOGIN, data={"client_id": "stranger"}).status_code == 401
    assert asker.ask("POST", "/oauth2/token", data={}, auth=(CONSUMER_KEY, CONSUMER_SECRET)).status_code == 400
    assert asker.ask("POST", "/oauth2/token", data={}).status_code == 401


def test_nothing_that_is_sent_breaks_it(asker: Asker) -> None:
    """Logins that are no text, addresses that are none, moments at the end of time, bodies that are too large."""
    own = asker.digiteam()
    ends = {"start_date": "0001-01-01", "end_date": "9999-12-31", "permits_type": "Cuti", "permit_acknowledged": "HR"}
    year_one = {"params": {"tahun": "1", "bulan": "1"}, "auth": AGENCY}
    odd: list[tuple[str, str, dict[str, Any], int]] = [
        ("POST", "/oauth2/token", {"headers": {"Authorization": b"Basic \xff"}}, 401),
        ("POST", "/oauth2/token", {"data": b"x" * 5_000_000}, 401),
        ("GET", f"{OIDC}/auth", {"params": {"client_id": CLIENT_ID, "redirect_uri": "http://[::"}}, 400),
        ("GET", f"{OIDC}/logout", {"params": {"post_logout_redirect_uri": "http://127.0.0.1/\r\nX: y"}}, 200),
        ("POST", "/v1/auth/users/sign-in", {"data": b"\xff{"}, 401),
        ("POST", "/v1/auth/users/sign-in", {"json": [1]}, 401),
        ("POST", "/v1/attendances/check-in", {"json": {"date": "9999-12-31T23:59:59.000Z"}, "headers": own}, 400),
        ("POST", "/v1/attendances/days-off", {"data": ends, "files": {"image": PICTURE}, "headers": own}, 400),
        ("GET", f"{KMOB}/presensi-harian", {"params": {"tanggal": "0001-01-01"}, "auth": AGENCY}, 200),
        ("GET", f"{KMOB}/cuti-bulanan", year_one, 200),
    ]

    assert [asker.ask(method, path, **sent).status_code for method, path, sent, _ in odd] == [each[3] for each in odd]


def test_what_is_not_served_is_not_there(asker: Asker) -> None:
    """A path that is not known well enough is no path, and a write to SIASN is none."""
    for method, path in (("GET", f"{SIASN}/pns/photo/1"), ("POST", f"{SIASN}/skp22/save"), ("GET", "/")):
        answer = requests.request(method, asker.sim.url + path, timeout=10)
        assert (answer.status_code, set(answer.json())) == (404, {"Error", "Message"})


def described_examples() -> Iterator[tuple[str, Any, Any]]:
    """Where each example of an answer stands, the example, and the schema beside it."""
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                for content in response.get("content", {}).values():
                    if "example" in content:
                        yield f"{method} {path} {status}", content["example"], content["schema"]


def verified(asker: Asker, token: str) -> dict[str, object]:
    """The claims of a token whose signature is that of the published key."""
    keys = asker.ask("GET", f"{OIDC}/certs").json()["keys"]
    key = jwt.PyJWK(keys[0]).key
    claims: dict[str, object] = jwt.decode(
        token, key, algorithms=["RS256"], audience=CLIENT_ID, options={"verify_exp": False, "verify_iat": False}
    )
    return claims
