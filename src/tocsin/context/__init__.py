"""What other records say about a flight: plans, clearances, logs, hours, and how they agree.

moments, refused, gathered   a UTC time, one bad record, what a file of records came to
fields, other                the items of an ICAO message (Doc 4444 appendix 3)
aftn, fpl                    a file of messages, and each of FPL, CHG, DLA, DEP, ARR, CNL
plan, amend                  a flight plan, and the messages applied to it
fixm                         flight plans from FIXM 4.x
logs, clearance, met         logs, permissions and weather reports as `Report`
notam, schedule, activation  when a volume is active
owed, fir                    whether a plan was owed, and how much silence on the radio weighs
words, identity, correlate   yes, no, cannot tell, not in this feed: whose word, and why
timeline                     detected, scrambled, airborne, intercepted, escorted, out
"""
