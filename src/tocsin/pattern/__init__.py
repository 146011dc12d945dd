"""pattern: whether incidents are more than chance, and when nobody can tell.

events, impute, watch   the incidents, their doubts, the time watched; draws of what may be true
words, when, special    how numbers and times are said; the distributions behind intervals
periods, rate, passage  is this year above the years before; what looking at the k-th costs
bins, change, turn      did the rate change, and when: counts in bins, and at any time
hawkes, hawkes_fit, branching   self-excitation: the likelihood, its maximum, its simulation
streams, grid, excite   its posterior for several states, and the verdict
periodic, rivals        what else explains a cluster: periods, trends, changes, levels
residuals               does the model fit: time rescaling with a bootstrap
coordinate              do states' incidents fall together: circular shifts
cluster, similar        where they fall together; which are alike
intent, probe           three classes of intent; what follows a response
reporting               how little a change in reporting undoes a finding
figures                 the pictures

Every answer is a value with its interval; `*_words` say it for people and as JSON.  `NoClaim` is
the answer of fewer than five incidents.  Chance enters as a generator that the caller seeds.
"""
