"""Four small games about ringing and being believed; what each says and where it stops.

inspection  ring or ignore against probe or refrain: who is indifferent decides the other's rate
alarms      m credible alarms for n occasions
commitment  how often to ring when false rings wear the response out
reputation  when a weak defender fights to be thought strong

None of them is estimated from data.  No causal estimate that consultations reduce incidents
exists: there are nine, asked for when things were worst.
"""

from tocsin.policy.credibility.alarms import Alarms, alarms
from tocsin.policy.credibility.commitment import Commitment, commitment
from tocsin.policy.credibility.inspection import Inspection, inspection
from tocsin.policy.credibility.reputation import Reputation, Stage, reputation

__all__ = [
    "Alarms",
    "Commitment",
    "Inspection",
    "Reputation",
    "Stage",
    "alarms",
    "commitment",
    "inspection",
    "reputation",
]
