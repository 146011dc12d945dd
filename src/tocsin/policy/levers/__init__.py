"""Response options as named changes of parameters, with a cost and a lag; before and after.

setting  every parameter that a lever can move, illustrative unless given
options  the levers: what each changes, by how much, on whose word
retune   the alarm rule with the least cost J under a setting
effect   J and the deterrence outcome before and after each
"""

from tocsin.policy.levers.effect import Effect, Outcome, effects
from tocsin.policy.levers.options import Change, Lever
from tocsin.policy.levers.retune import Arl, Rule, exact_arl, retune
from tocsin.policy.levers.setting import Setting

__all__ = [
    "Arl",
    "Change",
    "Effect",
    "Lever",
    "Outcome",
    "Rule",
    "Setting",
    "effects",
    "exact_arl",
    "retune",
]
