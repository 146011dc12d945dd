"""Pages that the server writes: they work without a script, and are quicker with one.

look        the frame of every page: marks, ways to go, who is signed in
home, login, listing, record, difference, draft   the pages
calendar    the heat map
"""
