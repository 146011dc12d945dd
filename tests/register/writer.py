"""A process that writes until it is killed, told what to do on its standard input.

    python -m tests.register.writer URL

Each line is a command for a fresh child (forked, so that a life costs no imports):

    write PREFIX            write for ever; `ack ID NUMBER HASH` after each commit
    edit ID N BY            write N revisions of one incident, whoever else does too
    once ID BASE BY         one revision, only if BASE is the newest: `ack` or `refused WHY`
    fill PREFIX BYTES       write until no file may grow past BYTES: `refused WHY`

The child says `born PID` first; the parent says `dead` when it is gone.
"""

from __future__ import annotations

import os
import resource
import sys
import time

from tests.register.made import incident
from tocsin.errors import TocsinError
from tocsin.register.record import Note
from tocsin.register.revision import Draft, Revision
from tocsin.register.sql import open_store
from tocsin.register.sql.store import SqlStore
from tocsin.register.workflow import Action


def tell(text: str) -> None:
    os.write(1, (text + "\n").encode())  # one write: a kill cannot halve a line


def put(store: SqlStore, *items: Draft | Note) -> None:
    for item in store.append(items, time.time_ns()):
        if isinstance(item, Revision):
            tell(f"ack {item.incident} {item.number} {item.hash}")


def for_ever(store: SqlStore, prefix: str) -> None:
    n = 0
    while True:
        n += 1
        name = f"{prefix}-{n}"
        put(store, Draft(name, Action.ADD, "ann", incident(name)))
        changed = Draft(name, Action.EDIT, "ann", incident(name, what="two aircraft" * n))
        put(store, changed, Note("figure", name, {"n": n}), Draft(name, Action.APPROVE, "bob"))


def life(url: str, words: list[str]) -> None:
    verb, name = words[0], words[1]
    if verb == "fill":
        limit = int(words[2])
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    with open_store(url) as store:
        try:
            if verb in ("write", "fill"):
                for_ever(store, name)
            elif verb == "edit":
                for n in range(int(words[2])):
                    what = incident(name, what=f"{words[3]} {n}")
                    put(store, Draft(name, Action.EDIT, words[3], what))
            elif verb == "once":
                what = incident(name, what=f"by {words[3]}")
                put(store, Draft(name, Action.EDIT, words[3], what, base=int(words[2])))
        except TocsinError as error:
            tell(f"refused {error}")


def main() -> None:
    url = sys.argv[1]
    with open_store(url):  # what that loads no child has to load again
        pass
    tell("ready")
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            tell(f"born {os.getpid()}")
            life(url, line.split())
            os._exit(0)
        os.waitpid(pid, 0)
        tell("dead")


if __name__ == "__main__":
    main()
