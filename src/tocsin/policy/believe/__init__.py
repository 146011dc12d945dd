"""What two people who disagree about ringing would each have to believe.

model     one ring now: what it gains and costs, and the sign of the difference
position  what one party believes, each number a point or an interval
flip      the one number whose change turns the advice
value     what perfect information would be worth
region    where ringing is optimal: slices, polygons, the boundary surface
compare   two positions side by side, phi = 0 beside
"""

from tocsin.policy.believe.compare import Comparison, compare
from tocsin.policy.believe.model import Belief, Stakes
from tocsin.policy.believe.position import Advice, Position, read

__all__ = ["Advice", "Belief", "Comparison", "Position", "Stakes", "compare", "read"]
