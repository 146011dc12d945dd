"""A browser, a server that is really started, and pages that may not fail in silence."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tests.web.stand import WORD, Stand

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    # Maps need WebGL; the pages around them are put together without it, at a tenth of the work.
    "--disable-gpu-compositing",
    "--disable-gpu-rasterization",
]
SHOTS = Path(__file__).resolve().parents[2] / "out" / "screenshots"
AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
REST_S = 150.0  # until a map rests: some seconds, unless the machine is busy with more

Open = Callable[..., Any]


def required(name: str, why: str) -> None:
    """Skip, naming what is missing; fail where it may not be."""
    if "services" in os.environ.get("TOCSIN_REQUIRE", "").split(","):
        pytest.fail(f"TOCSIN_REQUIRE names services, but {name} is missing: {why}")
    pytest.skip(f"needs {name}: {why}")


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """Chromium without a graphics card.

    It runs a loop of its own, so it ends with the last test that needs it: a worker goes on to
    tests that run loops.
    """
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        required("chromium", "apt-get install chromium")
    api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    with api.sync_playwright() as play:
        started = play.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="package")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """A server with people, the register that ships, and a watch of 120 aircraft."""
    from tocsin.register.sql import open_store
    from tocsin.run.register_import import import_bundled

    folder = tmp_path_factory.mktemp("stand")
    url = f"sqlite:///{folder / 'register.db'}"
    store = open_store(url)
    import_bundled(store)
    store.close()
    made = Stand(folder, 120, store=url).start()
    yield made
    made.stop()


@pytest.fixture(scope="package")
def signed_in(browser: Any) -> Callable[[str, str], Any]:
    """Sign somebody in at a server, once: a password takes a quarter of a second to try."""
    held: dict[tuple[str, str], Any] = {}

    def cookies(base: str, user: str) -> Any:
        if (base, user) not in held:
            context = browser.new_context()
            told = {"name": user, "password": WORD}
            answer = context.request.post(f"{base}/api/session", data=told)
            assert answer.status == 204, answer.text()
            held[base, user] = context.cookies()
            context.close()
        return held[base, user]

    return cookies


@pytest.fixture
def open_page(browser: Any, stand: Stand, signed_in: Callable[[str, str], Any]) -> Iterator[Open]:
    """Open a path as somebody, in a window of some size; at the end nothing may have gone wrong.

    Wrong is: an error of the page or its console, an answer of 500, a request to anywhere else.
    """
    wrong: list[str] = []
    contexts: list[Any] = []

    def opened(
        path: str,
        user: str | None = "reader",
        size: tuple[int, int] = (1440, 900),
        *,
        at: Stand | None = None,
        expect: tuple[str, ...] = (),
        **options: Any,
    ) -> Any:
        base = (at or stand).url
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", **options
        )
        contexts.append(context)
        if user is not None:
            context.add_cookies(signed_in(base, user))
        page = context.new_page()

        def note(what: str) -> None:
            if not any(word in what for word in expect):
                wrong.append(what)

        page.on("pageerror", lambda error: note(f"page error: {error}"))
        page.on("console", lambda m: note(f"console: {m.text}") if m.type == "error" else None)
        page.on("response", lambda r: note(f"{r.status} {r.url}") if r.status >= 500 else None)
        page.on(
            "request",
            lambda r: None if r.url.startswith((base, "blob:", "data:")) else note(f"to {r.url}"),
        )
        page.set_default_timeout(REST_S * 1000)
        page.goto(base + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not wrong, "\n".join(wrong)


def rested(page: Any) -> int:
    """Wait until the map has come to rest for the first time; return the milliseconds it took."""
    until = time.monotonic() + REST_S
    while time.monotonic() < until:
        idle_ms: int | None = page.evaluate("() => window.tocsin?.idle_ms ?? null")
        if idle_ms is not None:
            return idle_ms
        time.sleep(0.1)
    raise AssertionError(f"the map did not come to rest within {REST_S:g} s")


def shot(page: Any, name: str) -> Path:
    """Keep a picture of the window under out/screenshots; returns where."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    path = SHOTS / f"{name}.png"
    page.screenshot(path=path)
    return path


def accessible(page: Any) -> list[str]:
    """Return what axe finds wrong by WCAG 2.2 AA, one line each."""
    if not page.evaluate("() => 'axe' in window"):
        # By the debugger's way in: a page of this server runs no script that is not its own.
        page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text())
    asked = json.dumps({"runOnly": AA, "resultTypes": ["violations"]})
    found = page.evaluate(f"() => axe.run(document, {asked})")
    return [
        f"{v['id']}: {v['help']}: {n['target']} {n['html'][:160]}"
        for v in found["violations"]
        for n in v["nodes"]
    ]
