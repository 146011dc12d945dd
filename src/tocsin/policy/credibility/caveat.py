"""What none of the games can say, to be printed with each of them."""

NO_ESTIMATE = (
    "No causal estimate that consultations reduce incidents exists: there have been nine under "
    "Article 4, all asked for when things were grave or feared to be, so what followed cannot be "
    "told from what would have followed anyway. These games order arguments; they do not measure "
    "deterrence."
)
