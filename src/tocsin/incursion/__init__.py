"""incursion: tracks and outlines to passages.

`path` lays tracks out as legs, `grid` finds the legs near a boundary, `crossing` decides which
of them cross it and where, `inside` says on which side a run begins, `passages` pairs the
crossings up, `vertical` and `active` cut them by height and hour, `facing` and `outward` say from
which edges depth is measured, `nearest`, `depth` and `measured` how deep, `probability` how sure.
`find` is the whole of it.
"""
