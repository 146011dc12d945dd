"""tocsin over HTTP: what `run` and the register offer, to those who may see it.

serving      what a server was told
role         who may do what, and the TLP mark each role may read
who          who asks: a session, a token, the demo's visitor, nobody
gate         the one place where a request is let in or refused
edge         what holds for every answer: headers, hosts, sizes
problem      errors as RFC 9457 problem details
accounts/    users, passwords, tokens, sessions, audit
live         one watch for many pages
cases        what `tocsin run` wrote, for the incident screen
routes/      the paths, each with the access it needs
pages/       the register and the dossiers as HTML that works without a script
app, server  all of it put together, started and stopped
"""
