"""Figures with their edition or their question, and nothing without."""

from __future__ import annotations

import pytest

from tocsin.errors import IncidentError
from tocsin.register.statistics import answer, chosen, figure_of
from tocsin.run.register_import import bundled_figures

ROW = {
    "kind": "defence_pct_gdp", "iso_a3": "EST", "entity": "Estonia", "year": "2025",
    "metric": "core spending, August 2025 edition", "value": "3.38", "unit": "%",
    "status": "estimate", "source_title": "a report", "source_date": "2025-08-28",
}  # fmt: skip


def test_estonia_in_2025_by_edition() -> None:
    # Facts, claims of 19 September: "3.38 % ... August 2025 estimate; the 2026 edition says 3.93".
    figures, _ = bundled_figures()
    told = answer(chosen(figures, "EST", "defence_pct_gdp", "2025"))
    assert {f["edition"]: f["value"] for f in told["figures"]} == {
        "2026": 3.93,
        "August 2025": 3.38,
    }
    assert told["conflict"] and "3.93" in told["conflicts"][0]["says"]
    only = answer(chosen(figures, "Estonia", "defence_pct_gdp", "2025", "August 2025"))
    assert [f["value"] for f in only["figures"]] == [3.38] and not only["conflict"]


def test_a_poll_has_its_question_its_date_and_n_where_it_is_stated() -> None:
    figures, _ = bundled_figures()
    told = answer(chosen(figures, "EST", "direct military help"))
    assert {(f["year"], f["value"], f["sample_n"]) for f in told["figures"]} == {
        ("2016-10", 44.0, 1206), ("2018-10", 53.0, None), ("2022-spring", 48.0, None)
    }  # fmt: skip
    assert not told["conflict"]  # three years, not three opinions
    doubt = answer(chosen(figures, "EST", "doubt"))
    assert doubt["figures"] == [] and "NO SURVEY FOUND" in doubt["checks"][0]["metric"]


def test_a_figure_that_was_not_published_is_unknown_and_not_zero() -> None:
    figures, _ = bundled_figures()
    (told,) = chosen(figures, "DEU", "defence_pct_gdp", "2025", "August 2025")
    assert told.value is None and told.status == "not published"


def test_what_says_too_little_is_refused_by_name() -> None:
    _, refused = bundled_figures()
    assert [r.reason for r in refused] == ["no-edition"]
    assert refused[0].detail.startswith("EST other_estimate 2024: has no edition")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"metric": "core spending"}, "has no edition"),
        ({"kind": "contribution", "metric": "troops"}, "has no edition"),
        ({"kind": "poll", "metric": ""}, "has no question"),
        ({"kind": "poll", "year": ""}, "when it was asked"),
        ({"kind": "poll", "year": "spring"}, "when it was asked"),
        ({"kind": "pledge", "metric": "5 % of output"}, "where it was given"),
        ({"source_title": ""}, "has no source"),
        ({"value": "much"}, "is no number"),
        ({"value": "nan"}, "is no number"),
        ({"kind": "poll", "sample_n": "about 1200"}, "no whole number"),
        ({"kind": "mood"}, "is no kind"),
        ({"iso_a3": "", "entity": ""}, "nobody is named"),
    ],
)
def test_refusals(change: dict[str, str], says: str) -> None:
    with pytest.raises(IncidentError, match=says):
        figure_of({**ROW, **change})


def test_columns_of_their_own_serve_as_well() -> None:
    told = figure_of({**ROW, "metric": "core spending", "edition": "2026 edition"})
    assert told.edition == "2026"
    poll = figure_of({**ROW, "kind": "poll", "question": "Would it help?", "metric": "trust"})
    assert poll.metric == "Would it help?" and poll.edition == ""
    option = figure_of({**ROW, "kind": "response_option", "metric": "a note"})
    assert option.kind == "response_option"
