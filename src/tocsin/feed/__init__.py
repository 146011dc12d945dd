"""feed: bytes to fixes.

`source` opens a file and knows its hash; `formats` tells what the bytes are; one module reads
each format; `columns` lays what was read out as a table of fixes; `quarantine` keeps what was
refused; `accuracy` turns reported codes into errors; `merge` puts several sources together.
"""
