"""What past cases look like this one, and on which factors; never whether an Article is met.

scale       the thirteen factors, each from 0 to 4, in words
factors     scores as intervals with evidence; a score without evidence is unknown, [0, 4]
load        earlier incidents, faded by age
rules       a rule set: minimum conditions per level of past practice
rulefile    a rule set read from a mapping and checked
monotone    whether more of any factor could ever give less, and where
precedents  the nearest past cases, those without a request included
isotonic    the closest labels that respect an order
relabel     the fewest labels to change so that they do
consistency like cases treated unlike, and whether that goes with the state
ach         competing hypotheses and the evidence that tells them apart
assurance   from a sentence down to the evidence it rests on, gaps shown
assess      all of it for one incident, with the dissent
"""
