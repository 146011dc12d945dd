"""Keys, signatures, dissent, and whose signatures count."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.register.made import CLOCK_NS, add, incident, verified
from tocsin.errors import IntegrityError, UsageError
from tocsin.register.record import DISSENT, SIGNATURE, Note, Record
from tocsin.register.sign import (
    PREFIX,
    dissent_note,
    holds,
    load_key,
    new_key,
    public_of,
    public_text,
    sign_text,
    signature_note,
    signed,
)
from tocsin.register.sql.store import SqlStore
from tocsin.register.trust import TrustList, load_trust, save_trust

# RFC 8032, section 7.1, test 2: secret key, public key, message, signature.
SECRET = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"  # noqa: S105
PUBLIC = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
SIGNED = (
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)
AT = "2025-11-01T00:00:00Z"


def b64(text: str) -> str:
    return base64.b64encode(bytes.fromhex(text)).decode()


def test_the_vector_of_rfc_8032() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(SECRET))
    assert public_text(key) == PREFIX + b64(PUBLIC)
    assert sign_text(key, "\x72") == b64(SIGNED)
    assert signed(PREFIX + b64(PUBLIC), "\x72", b64(SIGNED))
    assert not signed(PREFIX + b64(PUBLIC), "\x73", b64(SIGNED))


@pytest.mark.parametrize("mark", ["", "AAAA", "not base64!", b64(PUBLIC)])
def test_what_is_no_signature_does_not_hold(mark: str) -> None:
    assert not signed(PREFIX + b64(PUBLIC), "x", mark)
    assert not signed(PREFIX + "short", "x", b64(SIGNED))


def test_a_key_is_its_owners_alone_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    public = new_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert public_text(load_key(path)) == public
    with pytest.raises(UsageError, match="exists"):
        new_key(path)
    path.chmod(0o644)
    with pytest.raises(UsageError, match="others can read this private key"):
        load_key(path)


def test_what_is_no_key_says_so(tmp_path: Path) -> None:
    path = tmp_path / "letter"
    path.write_text("Dear Sir")
    path.chmod(0o600)
    with pytest.raises(UsageError, match="is no private key"):
        load_key(path)
    with pytest.raises(UsageError, match="no key"):
        load_key(tmp_path / "nowhere")
    for text in (str(path), PREFIX + "AAAA", "nonsense"):
        with pytest.raises(UsageError, match="public key"):
            public_of(text)
    line = tmp_path / "key.pub"
    line.write_text(PREFIX + b64(PUBLIC) + "\n")
    assert public_of(str(line)) == PREFIX + b64(PUBLIC)
    new_key(tmp_path / "mine.pem")
    with pytest.raises(UsageError, match="holds a private key") as caught:
        public_of(str(tmp_path / "mine.pem"))
    secret = (tmp_path / "mine.pem").read_text().splitlines()[1]
    assert secret not in str(caught.value)  # no message repeats what a file holds
    (tmp_path / "note").write_text("a secret\n")
    with pytest.raises(UsageError, match="is no public key") as caught:
        public_of(str(tmp_path / "note"))
    assert "a secret" not in str(caught.value)


def test_signatures_and_dissents_stand_with_what_they_speak_of(
    store: SqlStore, tmp_path: Path
) -> None:
    revision = add(store, incident(findings=["f-1"]))
    new_key(tmp_path / "key")
    key = load_key(tmp_path / "key")
    notes = [
        signature_note(revision, key, "bob", AT),
        dissent_note(revision, key, "carl", "only two aircraft", AT, "f-1"),
    ]
    store.append(notes, CLOCK_NS)
    (mark,), (said,) = store.records(SIGNATURE, "EE-1"), store.records(DISSENT, "EE-1@1")
    assert holds(mark, revision) and holds(said, revision)
    assert said.body["says"] == "only two aircraft" and said.body["finding"] == "f-1"
    done = verified(store)
    assert done.broken is None and (done.signatures, done.dissents) == (1, 1)
    with pytest.raises(UsageError, match='no finding "f-2"'):
        dissent_note(revision, key, "carl", "no", AT, "f-2")
    with pytest.raises(UsageError, match="says something"):
        dissent_note(revision, key, "carl", " ", AT)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("says", "three aircraft"),
        ("by", "dora"),
        ("signature", b64(SIGNED)),
        ("revision", "0" * 64),
    ],
)
def test_a_dissent_that_was_changed_does_not_hold(
    store: SqlStore, tmp_path: Path, field: str, value: str
) -> None:
    revision = add(store, incident())
    new_key(tmp_path / "key")
    note = dissent_note(revision, load_key(tmp_path / "key"), "carl", "only two", AT)
    forged = Note(DISSENT, note.subject, {**note.body, field: value})
    store.append([forged], CLOCK_NS)
    broken = verified(store).broken
    assert broken is not None and broken.seq == 2 and "dissent does not hold" in broken.problem
    assert not holds(Record(DISSENT, "EE-1@1", "[]", 0), revision)


def test_only_trusted_keys_count_and_an_old_one_up_to_its_rotation(
    store: SqlStore, tmp_path: Path
) -> None:
    for name in ("old", "new", "other"):
        new_key(tmp_path / name)
    old, new, other = (load_key(tmp_path / name) for name in ("old", "new", "other"))
    trust = TrustList().trust(public_text(old), "desk", "2025-01-01T00:00:00Z")
    with pytest.raises(UsageError, match="not on the list"):
        trust.rotate(other, new, AT)
    trust = trust.rotate(old, new, "2025-11-02T00:00:00Z")
    save_trust(trust, tmp_path / "trust.json")
    assert load_trust(tmp_path / "trust.json") == trust

    revision = add(store, incident())
    store.append([signature_note(revision, old, "desk", AT)], CLOCK_NS)
    assert verified(store, trust=trust).broken is None
    store.append([signature_note(revision, new, "desk", AT)], CLOCK_NS + 2 * 86_400 * 10**9)
    assert verified(store, trust=trust).broken is None
    # The old key after its rotation, by the store's clock, whatever the signer claims:
    store.append([signature_note(revision, old, "desk", AT)], CLOCK_NS + 3 * 86_400 * 10**9)
    broken = verified(store, trust=trust).broken
    assert broken is not None and broken.seq == 4 and "not trusted" in broken.problem
    assert verified(store).broken is None  # without a list any that hold


def test_a_rotation_is_signed_by_both_keys(tmp_path: Path) -> None:
    for name in ("old", "new", "thief"):
        new_key(tmp_path / name)
    old, new, thief = (load_key(tmp_path / name) for name in ("old", "new", "thief"))
    path = tmp_path / "trust.json"
    save_trust(TrustList().trust(public_text(old), "desk", AT).rotate(old, new, AT), path)
    path.write_text(path.read_text().replace(public_text(new), public_text(thief)))
    with pytest.raises(IntegrityError, match="is not signed by both"):
        load_trust(path)
    path.write_text("{}")
    with pytest.raises(IntegrityError, match="no list of trusted keys"):
        load_trust(path)
    assert load_trust(tmp_path / "nowhere") == TrustList()
