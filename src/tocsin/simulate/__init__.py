"""simulate: a flown path to what synthetic sensors say of it, with the truth beside it.

`scenario` is the file, `path` and `formation` what is flown, `traffic` the co-operative aircraft
around it, `radar`, `adsb`, `tracker` and `remote_id` what sensors make of it, `encode_*` their
formats, `truth` what really happened.  `simulate` is the whole of it.  Everything is computed
from the scenario and a random generator that the caller passes; nothing is read or written.
"""
