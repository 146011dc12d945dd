"""Fixes to tracks: laid out by `assemble`, and told true from false by `check`."""

from tocsin.track.assemble import assemble
from tocsin.track.integrity import check, trusted
from tocsin.track.limits import IntegritySettings

__all__ = ["IntegritySettings", "assemble", "check", "trusted"]
