"""The pictures of a pattern: pure functions from values to SVG text, the same bytes each time.

scale      what runs along an axis, and where its ticks stand
elements   colours and the smallest marks
legend     what the marks mean
panel      one pair of axes: line, steps, band, bars, points, interval, rule, unseen, polygon, text
svg        the document around panels
"""
