"""What is said, and what is never said."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dossier.case import T0, incursion, quantiles
from tocsin.dossier import DrawnPassage
from tocsin.dossier.sentences import Said, anchor, headline, ordered, said

NAN = float("nan")


def tell(*incursions: dict[str, Any], **more: Any) -> list[Said]:
    passage = DrawnPassage("4ab179-1/DK/1", "4ab179-1", "DK", T0, T0 + 52, NAN, NAN, NAN, NAN)
    findings = {"incursions": list(incursions), **more}
    return said(findings, {"DK": "Denmark"}, {"4ab179-1": "CFL12"}, {passage.id: passage})


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_a_passage_in_plain_words() -> None:
    (one,) = tell(incursion())
    assert plain(one.head) == (
        "It is almost certain (>99 %) that 4ab179-1 (CFL12) was inside the sovereign airspace of "
        "Denmark from 10:37:40 Z (±1 s) to 10:38:32 Z (±1 s) on 26 Nov 2018, for 52 s (±2 s), "
        "up to 0.6 NM (1.2 km) deep."
    )
    assert "inside is not yet a violation" in one.more[0]
    assert one.anchor == "i-4ab179-1-DK-1"


def test_an_unsure_passage_is_told_under_its_condition() -> None:
    (one,) = tell(incursion(p_inside=0.6))
    assert plain(one.head).startswith("It is likely (60 %) that")
    assert "If it was, it was so from" in one.head


def test_an_end_that_nobody_saw_is_not_given_a_time() -> None:
    none = quantiles(None, None, None)
    (both,) = tell(incursion(open="both", entry_utc=none, exit_utc=none))
    assert "already when observation began at 10:37:40" in plain(both.head)
    assert "still when observation ended at 10:38:32" in plain(both.head)
    assert "for at least 52" in both.head


def test_several_alike_share_one_head_that_holds_for_the_least_of_them() -> None:
    first, second = incursion(p_inside=0.97), incursion(id="b", p_inside=0.99)
    (one,) = tell(first, second)
    assert plain(one.head).startswith("It is almost certain (97 %) that")
    assert [item.number for item in one.items] == [1, 2]


def test_several_volumes_under_one_head_are_named_with_each_passage() -> None:
    (one,) = tell(incursion(), incursion(id="b", volume="SE"), incursion(id="c", volume="PL"))
    assert "the sovereign airspace of Denmark, SE and PL in these 3 passages" in plain(one.head)
    assert one.items[1].text.startswith("SE: from ")


def test_passages_that_differ_in_certainty_or_permission_are_told_apart() -> None:
    assert len(tell(incursion(), incursion(id="b", p_inside=0.7))) == 2
    assert len(tell(incursion(), incursion(id="b", authorised="yes"))) == 2
    rivals = tell(incursion(), incursion(id="b", hypothesis="treaty-2005"))
    assert ["boundary “treaty-2005”" in " ".join(one.more) for one in rivals] == [False, True]


@pytest.mark.parametrize("layer", ["eez", "fir", "adiz"])
def test_a_layer_without_sovereignty_says_so(layer: str) -> None:
    (one,) = tell(incursion(layer=layer))
    assert "sovereign airspace" not in one.head
    assert any("sovereignty" in more or "whose airspace" in more for more in one.more)


def test_nothing_found_is_not_a_no() -> None:
    (none,) = tell()
    assert none.kind == "none"
    assert "Unobserved is never no" in none.more[0]
    assert headline({}) == "No passage was established."


def test_what_is_not_credible_and_what_nobody_saw_is_said() -> None:
    stretch = {"from_utc": "2024-09-17T09:24:25Z", "to_utc": "2024-09-17T09:58:10Z"}
    doubt = {"volume": "DK", "track": "4ab179-1", "why": "it leaps 260 km", **stretch}
    gap = {"track": "4ab179-1", "why": "no reception", "states_between": ["Poland"], **stretch}
    _, doubtful, unseen = tell(not_established=[doubt], unobserved=[gap])
    assert plain(doubtful.head) == (
        "Not established: 4ab179-1 (CFL12) inside Denmark, between 09:24:25 Z and 09:58:10 Z on "
        "17 Sep 2024 (33 min 45 s). The positions are not credible."
    )
    assert doubtful.more == ("It leaps 260 km.",)
    assert unseen.head.startswith("Nobody observed")
    assert unseen.more[-2].endswith("position: Poland.")
    assert unseen.more[-1] == "An entry there is neither shown nor ruled out."


def test_many_gaps_of_one_track_are_one_paragraph_those_across_a_volume_first() -> None:
    row = {"track": "4ab179-1", "why": "no position to be trusted for 65 s"}
    rows = [
        {**row, "from_utc": f"2024-09-17T09:{k:02d}:00Z", "to_utc": f"2024-09-17T09:{k:02d}:30Z"}
        for k in range(12)
    ]
    rows[11]["states_between"] = ["DK"]  # type: ignore[assignment]
    _, gaps = tell(unobserved=rows)
    assert "in these 12 stretches" in gaps.head
    assert len(gaps.items) == 8
    assert plain(gaps.items[0].text).startswith("between 09:11:00 Z and 09:11:30 Z")
    assert gaps.items[0].text.endswith("Denmark")
    assert "4 more" in gaps.more[0]


def test_sovereign_comes_before_what_has_no_sovereignty() -> None:
    rows = ordered({"incursions": [incursion(layer="fir"), incursion(id="b")]})
    assert [row["layer"] for row in rows] == ["sovereign", "fir"]


def test_an_anchor_is_an_html_id() -> None:
    assert anchor('a "b"<c>') == "i-a--b--c-"


def test_rival_boundaries_tell_of_one_passage() -> None:
    from tocsin.dossier.sentences import distinct

    def told(track: str, volume: str, hypothesis: str) -> dict[str, str]:
        return {"track": track, "volume": volume, "hypothesis": hypothesis}

    rivals = [told("a", "EE", name) for name in ("osm", "sk42", "overlap")]
    assert distinct(rivals) == 1
    assert distinct([*rivals, told("a", "EE", "osm"), told("b", "EE", "osm")]) == 3
    assert distinct([]) == 0
