"""Every walk through the workflow, against a model that fits on a page."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.register.conftest import sqlite_url
from tests.register.made import CLOCK_NS, act, add, edit, incident, verified
from tocsin.errors import RegisterError, TocsinError, UsageError
from tocsin.register.link import Link
from tocsin.register.query import Filter, Standing
from tocsin.register.sql import open_store
from tocsin.register.sql.check import projection
from tocsin.register.sql.store import SqlStore
from tocsin.register.workflow import Action, State, person, person_key

FULL = bool(os.environ.get("TOCSIN_FULL"))
IDS = st.sampled_from(["EE-1", "EE-2", "FI-1"])
PEOPLE = st.sampled_from(["ann", "Ann", "bob", "Carl O."])


@dataclass
class Model:
    """One incident, as a person would keep it on paper."""

    state: str = "draft"
    what: str = ""
    wrote: set[str] = field(default_factory=set)
    revisions: int = 1


class Workflow(RuleBasedStateMachine):
    """Steps in any order by anybody; the store agrees with the paper on each."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="tocsin-workflow-"))
        self.paper: dict[str, Model] = {}
        self.n = 0

    @initialize()
    def start(self) -> None:
        self.store = open_store(sqlite_url(self.folder / "register.db"))

    def teardown(self) -> None:
        if hasattr(self, "store"):
            assert projection(self.store) is None
            self.store.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _took(self, expected: bool, take: object) -> bool:
        try:
            take()  # type: ignore[operator]
        except TocsinError:
            assert not expected
            return False
        assert expected
        return True

    @rule(name=IDS, by=PEOPLE)
    def add(self, name: str, by: str) -> None:
        self.n += 1
        made = incident(name, what=f"case {self.n}")
        if self._took(name not in self.paper, lambda: add(self.store, made, by)):
            self.paper[name] = Model("draft", made.what, {by.lower()})

    @rule(name=IDS, by=PEOPLE)
    def edit(self, name: str, by: str) -> None:
        self.n += 1
        made = incident(name, what=f"case {self.n}")
        model = self.paper.get(name)
        may = model is not None and model.state == "draft"
        if self._took(may, lambda: edit(self.store, made, by)) and model:
            model.what, model.revisions = made.what, model.revisions + 1
            model.wrote.add(by.lower())

    @rule(name=IDS, by=PEOPLE, step=st.sampled_from(["approve", "adjudicate", "release"]))
    def approve(self, name: str, by: str, step: str) -> None:
        path = {
            "approve": ("draft", "reviewed"),
            "adjudicate": ("reviewed", "adjudicated"),
            "release": ("adjudicated", "released"),
        }
        model = self.paper.get(name)
        may = model is not None and model.state == path[step][0] and by.lower() not in model.wrote
        if self._took(may, lambda: act(self.store, name, Action(step), by)) and model:
            model.state, model.revisions = path[step][1], model.revisions + 1

    @rule(
        name=IDS,
        by=PEOPLE,
        step=st.sampled_from(["return", "reopen", "supersede"]),
        reason=st.sampled_from(["", "  ", "a second source differs"]),
    )
    def send(self, name: str, by: str, step: str, reason: str) -> None:
        model = self.paper.get(name)
        state = model.state if model else ""
        possible = {
            "return": state in ("draft", "reviewed", "adjudicated"),
            "reopen": state in ("reviewed", "adjudicated", "released", "superseded"),
            "supersede": state in ("draft", "reviewed", "adjudicated", "released"),
        }
        may = possible[step] and bool(reason.strip())
        if self._took(may, lambda: act(self.store, name, Action(step), by, reason)) and model:
            model.state = "superseded" if step == "supersede" else "draft"
            model.revisions += 1

    @invariant()
    def the_newest_is_what_the_paper_says(self) -> None:
        for name, model in self.paper.items():
            found = self.store.revision(Link(name))
            assert found is not None
            assert (found.state, found.number) == (model.state, model.revisions)
            assert found.record["what"] == model.what

    @invariant()
    def the_chain_holds_and_the_count_agrees(self) -> None:
        if not hasattr(self, "store"):
            return
        done = verified(self.store)
        assert done.broken is None
        assert done.revisions == sum(model.revisions for model in self.paper.values())
        counted = self.store.count(Filter())
        kept = sum(model.state != "superseded" for model in self.paper.values())
        assert counted.count == kept
        assert [r.standing for r in counted.excluded] == [Standing.SUPERSEDED] * (
            len(self.paper) - kept
        )


TestWorkflow = Workflow.TestCase
TestWorkflow.settings = settings(
    max_examples=200 if FULL else 15,
    stateful_step_count=40 if FULL else 25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_the_long_way_and_back(store: SqlStore) -> None:
    add(store, incident(), "ann")
    act(store, "EE-1", Action.APPROVE, "bob")
    act(store, "EE-1", Action.ADJUDICATE, "bob")
    act(store, "EE-1", Action.RELEASE, "carl")
    reopened = act(store, "EE-1", Action.REOPEN, "ann", "the depth was corrected")
    assert reopened.state == State.DRAFT and reopened.number == 5
    edit(store, incident(what="one aircraft, 2 km deep"), "dora")
    with pytest.raises(RegisterError, match='"Dora" wrote EE-1 and cannot approve it'):
        act(store, "EE-1", Action.APPROVE, "Dora")
    with pytest.raises(RegisterError, match='"ann" wrote EE-1'):
        act(store, "EE-1", Action.APPROVE, "ann")  # of the first revision, but of this text
    act(store, "EE-1", Action.APPROVE, "bob")
    done = verified(store)
    assert done.broken is None and done.revisions == 7


def test_a_step_that_may_not_be_taken_says_what_may(store: SqlStore) -> None:
    add(store, incident())
    with pytest.raises(RegisterError, match="is draft: it cannot be released; possible now: edit"):
        act(store, "EE-1", Action.RELEASE, "bob")
    with pytest.raises(UsageError, match="needs a reason"):
        act(store, "EE-1", Action.RETURN, "bob")
    with pytest.raises(RegisterError, match="FI-9 is not in the register"):
        act(store, "FI-9", Action.APPROVE, "bob")


def test_one_person_in_two_spellings_is_one_person() -> None:
    assert person_key("Ａnn  O'Neil") == person_key("ann o'neil") == person_key(" ANN O'NEIL")
    for other in ("ann.oneil", "Ann-O’Neil", "ANN_ONEIL", "\u0410nn O'Neil", "Ann O'Ne\u0456l"):
        assert person_key(other) == person_key("Ann O'Neil"), ascii(other)  # A, i: Cyrillic
    different = ["Märt", "Mart", "Anna", "Анна", "Ann O'Neill", "desk 1", "desk 2", "--", "-"]
    assert len({person_key(name) for name in different}) == len(different)
    assert person("  Ann \t Õ ") == "Ann Õ"
    for nobody in ("", " ", "a\x00b", "x" * 121):
        with pytest.raises(UsageError, match="names nobody"):
            person(nobody)
    assert CLOCK_NS > 0
