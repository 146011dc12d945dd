"""run: the only place where the rooms meet.

`flow` takes a case from its sources to its findings; `samples` fetches the recordings of the demo
and `examples` lays its cases out beside them.
"""
