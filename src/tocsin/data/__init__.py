"""What ships with tocsin, each with its source and licence beside it.

sovereign_osm_2024.parquet  land, internal waters and territorial sea of the states of Europe,
                            Turkey and Russia: a database under the ODbL 1.0, apart from the
                            licence of the code (SOVEREIGN-ODbL.txt)
boundaries/*.geojson        lines and points of treaties, decrees and the AIP around the Gulf of
                            Finland: facts, with the text they were read from

Both are made by scripts in `builders/` and read by `tocsin.airspace.bundled`.

register/*.csv              incidents, requests, reported counts and figures as collected, each
                            with its sources (`builders/build_register.py`); actors.csv and
                            statements.csv are written by hand and say who says what
precedents/*.csv            past cases with and without a request for consultations, each factor
                            scored for illustration by the project, with its evidence
                            (`builders/build_precedents.py`)
rules/*.yaml                what such cases led to: minimum conditions, a source per rule
positions/*.toml            views on ringing, with numbers that are nobody's estimate
"""
