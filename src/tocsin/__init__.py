"""tocsin: from radar plots and ADS-B to an airspace violation with stated certainty.

Data flows one way: `feed` (bytes to fixes) -> `track` (what may be trusted) with `airspace`
(files to volumes) -> `incursion` (passages) -> `dossier` (pages).  `run` is the only place
where the rooms meet; all of them speak `tocsin.schema`.
"""

__version__ = "0.1.0"
