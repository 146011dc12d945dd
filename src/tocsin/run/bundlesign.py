"""The signature of a bundle: ed25519 over the hash of its tag manifest, beside it.

The tag manifest holds the hash of the manifest, which holds that of every file, so one signature
covers all.  What is signed is a sentence of its own, not the bare hash: a signature on a bundle
can never be taken for one on a revision of the register.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tocsin.dossier.bagit import SIGNATURE, TAG_MANIFEST, sha256
from tocsin.errors import IntegrityError
from tocsin.register.canonical import canonical
from tocsin.register.sign import load_key, public_of, public_text, sign_text, signed

_KEYS = ("algorithm", "public_key", "sha256", "signature", "signs")


def sign(tag_manifest: bytes, key_file: Path) -> bytes:
    """Return signature.json; raise UsageError for a file that is no key of its owner's only."""
    key = load_key(key_file)
    digest = sha256(tag_manifest)
    return _written(public_text(key), digest, sign_text(key, _statement(digest)))


def signer(files: Mapping[str, bytes]) -> str:
    """Return the public key that signed a bag, "" where nobody did.

    Raises IntegrityError for a signature that does not hold.
    """
    if SIGNATURE not in files:
        return ""
    damaged = IntegrityError("is no signature as tocsin writes it", place=SIGNATURE)
    try:
        told = json.loads(files[SIGNATURE])
    except ValueError:  # not JSON, or not UTF-8
        raise damaged from None
    if not isinstance(told, dict) or tuple(sorted(told)) != _KEYS:
        raise damaged
    if not all(isinstance(value, str) for value in told.values()):
        raise damaged
    if files[SIGNATURE] != _written(told["public_key"], told["sha256"], told["signature"]):
        raise damaged
    digest = sha256(files[TAG_MANIFEST])
    if told["sha256"] != digest:
        raise IntegrityError("is of another bundle: the tag manifest differs", place=SIGNATURE)
    if not signed(told["public_key"], _statement(digest), told["signature"]):
        raise IntegrityError("does not hold: it was not made with its key", place=SIGNATURE)
    return str(told["public_key"])


def trusted(keys: Sequence[str]) -> tuple[str, ...]:
    """Return public keys given as text or as files; raise UsageError for anything else."""
    return tuple(public_of(key) for key in keys)


def _statement(digest: str) -> str:
    return canonical({"tocsin_bundle": 1, "tagmanifest_sha256": digest})


def _written(public: str, digest: str, signature: str) -> bytes:
    told = {
        "algorithm": "ed25519",
        "public_key": public,
        "signs": TAG_MANIFEST,
        "sha256": digest,
        "signature": signature,
    }
    return (json.dumps(told, indent=1) + "\n").encode()
