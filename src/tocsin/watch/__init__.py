"""watch: updates as they come, against areas and rules, to alerts.

Pure: time, distances and volumes are passed in; the same updates in the same order give the same
alerts.  What is read, kept and sent stands in `run.live`.

    area.area_of(outline)                     an `Area` of an `airspace` outline
    rules.rules_of(tables, limit_of)          the rules of a TOML file
    batch.batch_of(fixes, feed, witness)      the updates of one feed, from any subset of FIX
    engine.Engine(areas, rules, settings)     step, tick, say, feed, strain -> Step
    Engine.dump(), Engine.load(data)          a checkpoint, so that a restart replays little
"""
