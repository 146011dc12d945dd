"""policy: should the bell ring?  What a rule for ringing costs, and what one must believe for it.

`alarm` holds the rule itself: how often it rings at nothing, how late it rings at something, and
what wears out in between.  Everything here supports a decision; nothing takes one.
"""
