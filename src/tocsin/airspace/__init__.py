"""Files of airspace to volumes: outline, layer, vertical limits, hours, edge types and error.

coordinates, datum, hours   the words of the files: a place, a height with its datum, a time
arcs, airway                circles, arcs and airways as rings of points on the true line
valid                       rings cleaned, repaired where that moves nothing, or refused
geojson, openair            the two formats
load                        bytes of either to a `VolumeReading`
edges                       a ring as short geodesics within a stated error of its true line
bundled                     what ships with tocsin
"""
