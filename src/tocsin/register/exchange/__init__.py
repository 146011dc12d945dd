"""Incidents out of the register in other people's formats, and back.

Everything here is pure: items in, bytes out, and back.  `redact` comes first; nothing else may
see what an audience may not.  `formats` lists what can be written, `read` takes back what can be
read.  What each format loses is in docs/reference/exchange.md.
"""
