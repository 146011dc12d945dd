"""Which name a transmitter flies under."""

from __future__ import annotations

from tests.feed import transmitters as tx

from tocsin.feed import odid
from tocsin.feed.ridframes import Message
from tocsin.feed.ridnames import uas_ids


def named(*sent: tuple[int, str, bytes]) -> list[str]:
    """Return the ids of messages given as frame, sender and bytes."""
    data, messages = b"", []
    for frame, sender, octets in sent:
        messages.append(Message(frame, sender, octets[0] >> 4, len(data)))
        data += octets
    return uas_ids(data, messages)


PLACE = tx.location(1, 2)


def test_a_pack_names_its_own_location() -> None:
    one, two = tx.basic_id("ONE"), tx.basic_id("TWO")
    sent = [(0, "m", one), (0, "m", PLACE), (1, "m", PLACE), (1, "m", two)]
    assert named(*sent) == ["ONE", "ONE", "TWO", "TWO"]


def test_single_messages_take_the_last_id_of_their_sender_or_the_next() -> None:
    sent = [(0, "a", PLACE), (1, "b", PLACE), (2, "a", tx.basic_id("ONE")), (3, "a", PLACE)]
    assert named(*sent) == ["ONE", "", "ONE", "ONE"]


def test_a_sender_that_changes_its_id_is_followed() -> None:
    sent = [
        (0, "a", tx.basic_id("ONE")),
        (1, "a", PLACE),
        (2, "a", tx.basic_id("TWO")),
        (3, "a", PLACE),
    ]
    assert named(*sent) == ["ONE", "ONE", "TWO", "TWO"]


def test_the_serial_number_names_a_sender_that_alternates_ids() -> None:
    session = tx.basic_id(b"\x01\xff", id_type=4)
    sent = [(0, "a", session), (1, "a", PLACE), (2, "a", tx.basic_id("SN")), (3, "a", session)]
    assert named(*sent) == ["SN"] * 4
    assert odid.basic_id(session).uas_id == "01ff"


def test_nobody_is_named_after_a_stranger() -> None:
    sent = [(0, "", tx.basic_id("ONE")), (1, "", PLACE), (2, "a", tx.basic_id("", id_type=0))]
    assert named(*sent) == ["ONE", "", ""]
