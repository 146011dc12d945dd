"""Signing in: cookies, tokens, limits, and the audit of all of it."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.api.conftest import ORIGIN, Sign
from tests.api.made import PASSWORDS
from tocsin.api.accounts import audit, people, session, token
from tocsin.api.accounts import password as passwords
from tocsin.api.accounts.file import AccountsFile
from tocsin.api.accounts.limit import ADDRESS, PAIR, WINDOW_S, Failures
from tocsin.api.app import make
from tocsin.api.held import Held, open_all
from tocsin.api.role import Role
from tocsin.api.serving import Serving
from tocsin.errors import IntegrityError, TocsinError, UsageError


def sign_in(client: TestClient, name: str, password: str) -> int:
    return client.post("/api/session", json={"name": name, "password": password}).status_code


def test_a_session_begins_is_told_and_ends(client: TestClient) -> None:
    assert client.get("/api/session").json()["user"] is None
    answer = client.post("/api/session", json={"name": "Ana", "password": PASSWORDS["Ana"]})
    assert answer.status_code == 204
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "secure" not in cookie
    told = client.get("/api/session").json()
    assert told["user"]["roles"] == ["reader", "analyst"] and told["tlp"] == "AMBER+STRICT"
    assert client.delete("/api/session").status_code == 403  # no token
    ended = client.delete("/api/session", headers={"x-csrf-token": told["csrf"]})
    assert ended.status_code == 204
    assert client.get("/api/session").json()["user"] is None


def test_where_others_can_connect_the_cookie_needs_tls(serving: Serving) -> None:
    open_to = Serving(host="0.0.0.0", store=serving.store, accounts=serving.accounts)  # noqa: S104
    held = open_all(open_to)
    with TestClient(make(held), base_url="https://192.0.2.1") as client:
        answer = client.post("/api/session", json={"name": "Ana", "password": PASSWORDS["Ana"]})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-tocsin=") and "Secure" in cookie and "Path=/" in cookie
        assert "max-age" in answer.headers["strict-transport-security"]
        client.cookies.clear()
        for path in ("/metrics", "/collections", "/openapi.json"):  # public on the loopback only
            assert client.get(path).status_code == 401
        assert client.get("/healthz").status_code == 200
        assert (
            client.get("/", headers={"accept": "text/html"}, follow_redirects=False)
            .headers["location"]
            .startswith("/login")
        )
    held.close()


def test_a_planted_cookie_is_worth_nothing_after_the_sign_in(client: TestClient) -> None:
    assert sign_in(client, "Rea", PASSWORDS["Rea"]) == 204
    planted = client.cookies["tocsin"]
    assert sign_in(client, "Ana", PASSWORDS["Ana"]) == 204
    fresh = client.cookies["tocsin"]
    assert fresh != planted
    client.cookies.clear()
    client.cookies.set("tocsin", planted)
    assert client.get("/api/session").json()["user"] is None
    client.cookies.clear()
    told = {"name": "Ana", "password": PASSWORDS["Ana"]}
    answer = client.post("/api/session", json=told, headers={"cookie": "tocsin=chosen"})
    assert answer.status_code == 204 and "chosen" not in answer.headers["set-cookie"]


def test_changes_need_the_token_and_come_from_here(sign: Sign) -> None:
    client = sign("Ana")
    good = client.headers.pop("x-csrf-token")
    body = {"reason": "a test"}
    assert client.post("/api/live/test", json=body).status_code == 403
    for wrong in ("", "x", good[:-1], good + "0", "é"):
        raw = {b"x-csrf-token": wrong.encode()}
        answer = client.post("/api/live/test", json=body, headers=raw)
        assert answer.status_code == 403, wrong
    for header, value in (
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ):
        headers = {"x-csrf-token": good, header: value}
        assert client.post("/api/live/test", json=body, headers=headers).status_code == 403
    headers = {"x-csrf-token": good, "origin": ORIGIN, "sec-fetch-site": "same-origin"}
    assert client.post("/api/live/test", json=body, headers=headers).status_code == 202
    form = client.post("/register/saved", data={"name": "mine", "query": "state=EE"})
    assert form.status_code == 403
    # A browser names no origin for a form of a page with the policy `no-referrer`.
    fields = {"name": "mine", "query": "state=EE", "csrf": good}
    for site, status in (("same-origin", 303), ("cross-site", 403), (None, 403)):
        told_by = {"origin": "null"} | ({"sec-fetch-site": site} if site else {})
        sent = client.post("/register/saved", data=fields, headers=told_by, follow_redirects=False)
        assert sent.status_code == status, site
    # Not even the sign-in, which needs no token, may be sent from elsewhere.
    told = {"name": "Ana", "password": PASSWORDS["Ana"]}
    headers = {"origin": "https://evil.example"}
    assert client.post("/api/session", json=told, headers=headers).status_code == 403


def test_many_wrong_tries_have_to_wait(client: TestClient, held: Held) -> None:
    codes = [sign_in(client, "Ana", f"wrong password {n}") for n in range(PAIR + 1)]
    assert codes == [401] * PAIR + [429]
    answer = client.post("/api/session", json={"name": "ANA ", "password": PASSWORDS["Ana"]})
    assert answer.status_code == 429 and int(answer.headers["retry-after"]) > 0  # one spelling
    headers = {"x-forwarded-for": "203.0.113.9", "forwarded": "for=203.0.113.9"}
    again = {"name": "Ana", "password": PASSWORDS["Ana"]}
    assert client.post("/api/session", json=again, headers=headers).status_code == 429
    assert sign_in(client, "Rea", PASSWORDS["Rea"]) == 204  # others are not locked out


def test_limits_are_by_account_and_by_address_and_pass_with_time() -> None:
    now_s = [0.0]
    failures = Failures(lambda: now_s[0])
    for n in range(ADDRESS):
        assert failures.wait_s(f"name {n}", "a") == 0
        failures.add(f"name {n}", "a")
    assert failures.wait_s("another", "a") == WINDOW_S
    assert failures.wait_s("another", "b") == 0
    now_s[0] = WINDOW_S + 1
    assert failures.wait_s("another", "a") == 0
    failures.add("x", "c")
    failures.take_back("x", "c")
    assert failures.wait_s("x", "c") == 0


def test_an_unknown_name_takes_the_same_work_as_a_known_one(
    client: TestClient, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.set_password(held.people, "Ana", PASSWORDS["Ana"], "the tests")  # in full strength
    checked: list[str] = []
    real = passwords._HASHER.verify

    class Counting:
        def verify(self, kept: str, password: str) -> bool:
            checked.append(kept)
            return real(kept, password)

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    one = client.post("/api/session", json={"name": "Ana", "password": "not hers at all"})
    two = client.post("/api/session", json={"name": "nobody", "password": "not hers at all"})
    assert one.status_code == two.status_code == 401 and one.json() == two.json()
    assert len(checked) == 2
    assert [kept.rsplit("$", 2)[0] for kept in checked] == ["$argon2id$v=19$m=65536,t=3,p=4"] * 2


def test_sessions_end_by_idleness_by_age_and_with_the_account(
    sign: Sign, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign("Rea")
    now_ns = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now_ns + session.IDLE_NS - 10**9)
    assert (
        client.get("/api/incidents?limit=1").status_code == 200
    )  # used: the idle time begins anew
    monkeypatch.setattr(time, "time_ns", lambda: now_ns + 2 * session.IDLE_NS - 3 * 10**9)
    assert client.get("/api/incidents?limit=1").status_code == 200
    monkeypatch.setattr(time, "time_ns", lambda: now_ns + 4 * session.IDLE_NS)
    assert client.get("/api/incidents?limit=1").status_code == 401
    monkeypatch.undo()
    client = sign("Rea")
    for hours in range(1, 25):  # in use all day
        at_ns = now_ns + hours * (session.IDLE_NS - 10**9)
        monkeypatch.setattr(time, "time_ns", lambda at_ns=at_ns: at_ns)
        status = client.get("/api/incidents?limit=1").status_code
        assert status == (200 if at_ns - now_ns < session.AGE_NS else 401)
    monkeypatch.undo()
    client = sign("Rea")
    people.disable(held.people, "rea", "the tests")
    assert client.get("/api/incidents?limit=1").status_code == 401
    assert sign_in(client, "Rea", PASSWORDS["Rea"]) == 401


def test_a_token_does_what_it_is_for_until_its_end(
    client: TestClient, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, text = token.issue(held.people, "Ana", Role.READER, 1, "a map", "the tests")
    headers = {"authorization": f"Bearer {text}"}
    assert client.get("/api/incidents?limit=1", headers=headers).status_code == 200
    refused = client.post("/api/live/test", json={"reason": "x"}, headers=headers)
    assert refused.status_code == 403 and refused.json()["detail"] == "Ana is no analyst"
    _, strong = token.issue(held.people, "Ana", None, 1, "", "the tests")
    works = {"authorization": f"Bearer {strong}"}  # no cookie stands for it: no token of a page
    assert client.post("/api/live/test", json={"reason": "x"}, headers=works).status_code == 202
    people.set_role(held.people, "Ana", Role.READER, "the tests")  # the account's role is the most
    assert client.post("/api/live/test", json={"reason": "x"}, headers=works).status_code == 403
    for wrong in (text[:-1], text + "x", text.replace(made.id, "0" * 12), "x", ""):
        answer = client.get("/api/incidents", headers={"authorization": f"Bearer {wrong}"})
        assert answer.status_code == 401, wrong
    assert client.get("/api/session", headers={"authorization": "Basic QTpC"}).status_code == 401
    token.revoke(held.people, made.id, "the tests")
    assert client.get("/api/incidents", headers=headers).status_code == 401
    later_ns = time.time_ns() + 2 * token.DAY_NS
    monkeypatch.setattr(time, "time_ns", lambda: later_ns)
    assert client.get("/api/incidents", headers=works).status_code == 401
    with pytest.raises(UsageError, match="Rea is no approver"):
        token.issue(held.people, "Rea", Role.APPROVER, 1, "", "the tests")


def test_what_is_secret_is_not_in_the_file(serving: Serving, sign: Sign, held: Held) -> None:
    client = sign("Ana")
    _, text = token.issue(held.people, "Ana", None, 1, "", "the tests")
    _, _, secret = text.removeprefix(token.PREFIX).partition("_")  # it may hold a "_" itself
    assert serving.accounts is not None and len(secret) > 40
    files = [serving.accounts, *serving.accounts.parent.glob("accounts.db-*")]
    data = b"".join(path.read_bytes() for path in files)
    for word in (*PASSWORDS.values(), client.cookies["tocsin"], text, secret):
        assert word.encode() not in data
    assert serving.accounts.stat().st_mode & 0o077 == 0


def test_every_change_is_in_the_audit_and_nobody_can_take_it_out(
    serving: Serving, sign: Sign, held: Held
) -> None:
    client = sign("Ana")
    client.post("/api/live/test", json={"reason": "the bell is tried"})
    lines = list(audit.lines(held.people))
    last = lines[-1]
    assert (last["by"], last["what"], last["why"]) == ("Ana", "alert.test", "the bell is tried")
    assert last["address"] == "testclient" and lines[0]["what"] == "account.add"
    assert serving.accounts is not None
    with sqlite3.connect(serving.accounts) as raw:
        for statement in ("DELETE FROM audit", "UPDATE audit SET by = 'Bo' WHERE seq = 2"):
            with pytest.raises(sqlite3.IntegrityError, match="only grows"):
                raw.execute(statement)
        raw.execute("DROP TRIGGER audit_keeps")  # who owns the file can do anything, but not unseen
        raw.execute("UPDATE audit SET why = 'something else' WHERE seq = ?", (last["seq"],))
    with pytest.raises(IntegrityError, match="does not hold"):
        list(audit.lines(held.people))


def test_accounts_refuse_what_would_lock_everybody_out(tmp_path: Path) -> None:
    accounts = AccountsFile(tmp_path / "a.db", create=True)
    people.add(accounts, "Ada", Role.ADMIN, PASSWORDS["Ada"], "the tests")
    for wrong in ("short", "a" * 40, "ada ada ada ada", "x" * 2000):
        with pytest.raises(UsageError):
            people.add(accounts, "Ada B", Role.READER, wrong, "the tests")
    with pytest.raises(UsageError, match="has an account"):
        people.add(accounts, " ADA ", Role.READER, "four other words then", "the tests")
    with pytest.raises(TocsinError, match="the last administrator"):
        people.disable(accounts, "Ada", "the tests")
    with pytest.raises(TocsinError, match="the last administrator"):
        people.set_role(accounts, "Ada", Role.READER, "the tests")
    assert people.can_sign_in(accounts) == 1
    accounts.close()
