"""claims: what somebody says about a flight, tested against what is known of it.

stop, tokens, tree, grammar, nearest_form   a test as text, as a tree, and what it nearly was
reading                                     the test in words, with all that it leaves unsaid
evidence, scope, quantities, totals         what it is tested against
evaluate, word, weigh                       the test answered, from samples and from reports
verdict, changes                            in one word, and what would change it
shifts, bias                                the sensor bias that it would need
compatibility, rivals                       whether claims exclude each other, and by how much one
                                            is favoured over the other
judge                                       the rows of findings.json
"""
