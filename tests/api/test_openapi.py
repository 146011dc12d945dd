"""Whatever the OpenAPI document allows, and much that it does not, never breaks the server."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from tests.api.conftest import ORIGIN
from tocsin.api.accounts import token
from tocsin.api.app import make
from tocsin.api.held import Held

EXAMPLES = 60 if os.environ.get("TOCSIN_FULL") else 1
NEVER_ENDS = {"GET /api/live/events"}


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_request_of_the_document_ends_in_a_5xx(held: Held, mode: GenerationMode) -> None:
    app = make(held)
    _, text = token.issue(held.people, "Ada", None, 1, "", "the tests")
    headers = {"authorization": f"Bearer {text}"}
    tried: dict[str, list[str]] = {}
    with TestClient(app, base_url=ORIGIN, raise_server_exceptions=False) as client:
        schema = schemathesis.openapi.from_dict(app.openapi())
        for found in schema.get_all_operations():
            assert isinstance(found, Ok)
            operation = found.ok()
            label = str(operation.label)
            if label in NEVER_ENDS:
                continue
            if mode is GenerationMode.NEGATIVE and not _has_input(operation):
                continue

            tried[label] = _broken(client, operation, mode, headers)
    assert not {label: broken for label, broken in tried.items() if broken}
    assert len(tried) > (60 if mode is GenerationMode.POSITIVE else 20)


def _broken(
    client: TestClient, operation: Any, mode: GenerationMode, headers: dict[str, str]
) -> list[str]:
    """Return what of an operation's requests was answered with a 5xx."""
    broken: list[str] = []

    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def tries(case: Any) -> None:
        told = case.as_transport_kwargs(base_url=ORIGIN)
        plain = {k: v for k, v in (told.get("headers") or {}).items() if str(v).isascii()}
        told["headers"] = {**plain, **headers}
        told.pop("cookies", None)
        if isinstance(told.get("data"), bytes):  # of a media type that has no form
            told["content"] = told.pop("data")
        answer = client.request(**told, follow_redirects=False)
        if answer.status_code >= 500:
            broken.append(f"{told}: {answer.text[:300]}")

    with suppress(Unsatisfiable):  # of plain text in a path there is nothing that is wrong
        tries()
    return broken


def _has_input(operation: Any) -> bool:
    return bool(list(operation.query) or list(operation.body))


def test_the_document_is_one_and_every_operation_is_named_once(held: Held) -> None:
    told = make(held).openapi()
    names = [one["operationId"] for path in told["paths"].values() for one in path.values()]
    assert len(names) == len(set(names)) > 60
    for path in told["paths"].values():
        for one in path.values():
            assert one.get("summary") and one["tags"]
            assert ("security" in one) is (one["x-access"] not in ("open", "loopback"))
