"""alarm: a transparent rule for ringing, what it costs, and how far it is from the best rule.

In the order in which one builds on another:

given        numbers as callers give them, checked; fractions recognised
counts       Poisson chances; `absorb` linear systems without subtractions
lattice      the Poisson CUSUM, exact; `normal` and `twosided` the normal one; `dense` any matrix
runlength    mean, spread, law and quantiles of how long a chart runs; after a change of rate
cusum        the charts as a caller names them; `between` those that no lattice carries
belief       beliefs over hidden states and how to interpolate them; `pomdp` value iteration
shiryaev     the best weekly rule for one hidden change; `brownian` its closed form
prelude      noise, coordinated probing, prelude: three hidden states
fatigue      the strength of response as false rings wear it; `wear` its law
terms        rates, recovery and costs of the trade, each marked illustrative until given
objective    J(h) with both arms, the curve and its optimum
rule         the belief threshold as a chart, so that it can be held against the CUSUM
regret       what the simple rule loses to the best one, and what a wrong phi loses
weeks        the exact chain of campaigns, rings and fatigue together
simulate     the same weeks drawn at random, to check the chain
"""
