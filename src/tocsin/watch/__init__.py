"""watch: updates as they come, against areas and rules, to alerts.

Pure: time, distances and volumes are passed in; the same updates in the same order give the same
alerts.  What is read, kept and sent stands in `run.live`.
"""
