"""What a scanner would try: headers, hosts, sizes, paths that lead out, text that breaks things."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from tests.api.conftest import Sign
from tests.api.made import told
from tocsin.api.edge import CSP
from tocsin.api.gate import _parameters
from tocsin.api.serving import Serving, is_loopback
from tocsin.errors import UsageError

WANTED = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/healthz",
        "/nothing",
        "/api/incidents",
        "/assets/none.js",
        "/login",
        "/pages/pages.css",
    ],
)
def test_every_answer_has_the_headers_of_a_careful_site(stranger: TestClient, path: str) -> None:
    answer = stranger.get(path, headers={"origin": "https://evil.example"})
    for name, value in WANTED.items():
        assert answer.headers[name] == value, name
    assert "cache-control" in answer.headers
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert "server" not in answer.headers


def test_a_preflight_is_given_nothing(stranger: TestClient) -> None:
    headers = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    answer = stranger.options("/api/session", headers=headers)
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_the_policy_lets_nothing_in_from_elsewhere() -> None:
    parts = dict(part.strip().split(" ", 1) for part in CSP.split(";"))
    assert parts["default-src"] == "'self'" and "script-src" not in parts
    assert parts["frame-ancestors"] == parts["base-uri"] == "'none'"
    assert not any("unsafe" in value for name, value in parts.items() if name != "style-src")
    assert not any("http:" in value or "*" in value for value in parts.values())


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "", "[::1", "a b"],
)
def test_another_host_leads_nowhere(stranger: TestClient, host: str) -> None:
    answer = stranger.get("/healthz", headers={"host": host})
    assert answer.status_code in (400, 421)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "[::1]:9", "LOCALHOST:1"])
def test_names_of_this_machine_lead_here(stranger: TestClient, host: str) -> None:
    assert stranger.get("/healthz", headers={"host": host}).status_code == 200


def test_other_names_are_given_by_whoever_starts_the_server() -> None:
    public = Serving(host="0.0.0.0", hosts=("tocsin.example",))  # noqa: S104
    assert public.knows("tocsin.example") and not public.knows("192.0.2.7")
    assert Serving(host="192.0.2.1").knows("192.0.2.1:8080")
    assert not Serving(host="192.0.2.1").knows("evil.example")
    assert is_loopback("::1") and is_loopback("127.9.9.9") and not is_loopback("0.0.0.0")  # noqa: S104


def test_open_to_the_world_only_with_users_and_never_as_a_demo() -> None:
    Serving().check(0)
    with pytest.raises(UsageError, match="no users"):
        Serving(host="0.0.0.0").check(0)  # noqa: S104
    with pytest.raises(UsageError, match="this machine only"):
        Serving(host="::", demo=True).check(1)
    for led in (Serving(hosts=("tocsin.example",)), Serving(proxy=True)):  # on the loopback, but
        assert not led.private and led.secure
        with pytest.raises(UsageError, match="no users"):
            led.check(0)
    Serving(host="0.0.0.0").check(1)  # noqa: S104


@pytest.mark.parametrize("root", ["/assets/", "/map/", "/pages/", "/api/cases/EE-2025-09-19/"])
@pytest.mark.parametrize(
    "path",
    [
        "../index.html",
        "..%2findex.html",
        "%2e%2e/%2e%2e/cli.py",
        "..%5c..%5ccli.py",
        "....//cli.py",
        "%2fetc%2fpasswd",
        "/etc/passwd",
        "a%00.js",
        "..;/cli.py",
        "%c0%ae%c0%ae/cli.py",
        "x" * 3000,
    ],
)
def test_no_path_leads_out_of_its_folder(demo_client: TestClient, root: str, path: str) -> None:
    answer = demo_client.get(root + path)
    assert answer.status_code in (400, 404), answer.text[:200]
    assert "root:" not in answer.text and "import " not in answer.text


NASTY = [
    "' OR 1=1 --",
    "1; DROP TABLE revision",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "%s%n",
    "\x00",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "../../etc/passwd",
    "9" * 400,
    "1e309",
    "nan",
    "-1",
    "𝟚𝟘𝟚𝟝",
]


def test_no_parameter_breaks_anything(demo_client: TestClient) -> None:
    app = demo_client.app
    tried = 0
    for route in app.routes:  # type: ignore[attr-defined]
        if not isinstance(route, APIRoute) or "GET" not in (route.methods or ()):
            continue
        if route.path in ("/api/live/events", "/register/chart.svg", "/api/pattern/rate"):
            continue  # tried where they are tested: the first never ends, the others take seconds
        for name in sorted(_parameters(route)):
            for text in NASTY[tried % 13 :: 13]:  # each meets one; every text is met
                path = route.path.replace("{form}", "csv")
                for part in ("{name}", "{case}", "{incident}", "{feature}"):
                    path = path.replace(part, "EE-2025-09-19")
                path = path.replace("{collection}", "incidents")
                answer = demo_client.get(path, params={name: text}, follow_redirects=False)
                assert answer.status_code < 500, f"{path} {name}={text!r}: {answer.text[:300]}"
                if "html" in answer.headers.get("content-type", ""):
                    assert "<script>alert" not in answer.text
            tried += 1
    assert tried > 60


def test_a_nasty_name_in_a_path_is_a_plain_refusal(demo_client: TestClient) -> None:
    for path in (
        "/api/incidents/",
        "/register/",
        "/i/",
        "/api/cases/",
        "/api/assess/",
        "/dossier/",
    ):
        for text in ("%00", "'%20OR%201=1", "%3Cscript%3E", "a@b", "a@0", "a@9999999999999999999"):
            answer = demo_client.get(path + text)
            assert answer.status_code < 500
            if "html" in answer.headers["content-type"]:
                assert "<script>" not in answer.text


def test_large_bodies_are_refused_however_they_come(stranger: TestClient) -> None:
    big = b'{"name": "' + b"x" * (1 << 20) + b'", "password": "y"}'
    headers = {"content-type": "application/json"}
    answer = stranger.post("/api/session", content=big, headers=headers)
    assert answer.status_code == 413

    def chunks() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * (1 << 16)

    answer = stranger.post("/api/session", content=chunks(), headers=headers)  # no length is told
    assert answer.status_code == 413
    for length in ("-1", "x", "9" * 30):
        assert stranger.post("/login", headers={"content-length": length}).status_code == 413


def test_json_bombs_are_plain_refusals(sign: Sign) -> None:
    client = sign("Ana")
    deep = '{"incident":' + '{"a":' * 20_000 + "1" + "}" * 20_000 + "}"
    bombs = [
        deep,
        "[" * 100_000,
        '{"incident": {"id": ' + "9" * 50_000 + "}}",
        '{"incident": {"id": "A", "what": NaN}}',
        '{"incident": {"id": "\\ud800", "what": "x", "domain": "air"}}',
        '{"incident": {}, "incident": {}}',
        "null",
        "",
        "\x00",
    ]
    for text in bombs:
        answer = client.post(
            "/api/incidents", content=text, headers={"content-type": "application/json"}
        )
        assert answer.status_code == 400, (text[:60], answer.status_code, answer.text[:200])
        assert answer.headers["content-type"] == "application/problem+json"
        form = client.post("/draft", data={"csrf": client.headers["x-csrf-token"], "text": text})
        assert form.status_code == 400 and "refused" in form.text


def test_a_form_with_too_many_fields_is_refused(stranger: TestClient) -> None:
    answer = stranger.post("/login", data={f"f{n}": "x" for n in range(200)})
    assert answer.status_code == 400
    answer = stranger.post("/login", json={"name": "x"})
    assert answer.status_code == 415


def test_errors_are_problem_details(demo_client: TestClient) -> None:
    for path, status in (
        ("/nothing", 404),
        ("/api/incidents/NONE", 404),
        ("/api/incidents?domain=submarine", 400),
        ("/api/incidents?colour=red", 400),
        ("/api/incidents?limit=0", 400),
        ("/api/incidents?bbox=1,2", 400),
    ):
        answer = demo_client.get(path)
        assert answer.status_code == status and answer.headers["content-type"].startswith(
            "application/problem+json"
        )
        body = answer.json()
        assert body["status"] == status and body["title"] and body["detail"]
    answer = demo_client.post("/api/incidents", json={"incident": told("X")})
    assert answer.status_code == 403 and "read-only" in answer.json()["detail"]


def test_no_error_tells_of_the_machine(demo_client: TestClient) -> None:
    for path in ("/api/incidents/NONE", "/api/cases/NONE", "/register/NONE", "/map/none"):
        text = json.dumps(demo_client.get(path).text)
        assert "/tmp" not in text and "sqlite" not in text and "Traceback" not in text  # noqa: S108
