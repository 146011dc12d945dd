"""commands: the verbs of the command line, one module each.

`options` holds what several verbs ask for, `telling` how they answer people.  Whatever does the
work is imported inside a verb, so that `tocsin --help` answers at once.

Linear algebra keeps to one thread unless the environment says otherwise: the matrices here are
small, and what several threads add up depends, in the last digit, on how many they were.
"""

import os

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
