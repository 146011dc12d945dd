"""commands: the verbs of the command line, one module each.

`options` holds what several verbs ask for, `telling` how they answer people.  Whatever does the
work is imported inside a verb, so that `tocsin --help` answers at once.
"""
