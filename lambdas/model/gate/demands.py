"""What a recipe asks of the comparison with the champion, and of which metrics. Standard library only."""

from __future__ import annotations

from chalicelib.values import Value

SURE = 0.95
SURE_MAX = 0.9999
"""`statistics.max_t.DRAWS` draws tell nothing of rarer events."""
RATCHET = "ratchet"
"""The anchor that moves on to better models: see `gate.ratchet`."""
RATIOS = ("accuracy", "recall", "precision", "f1", "false_positive_rate")
"""The metrics that the joint counts tell; the areas under curves depend on the probabilities too."""
PROPORTIONS = ("accuracy", "recall", "false_positive_rate")
"""The ratios whose denominator is of the holdout and not of the model. Only these can be proved no worse,
by `statistics.tango`."""


class Demands(Value, kw_only=True):
    """What a recipe asks of the comparison."""

    sure: float = SURE
    """How sure it has to be that a ratio is worse, or no worse; more than 0.5, at most SURE_MAX."""
    proved: bool = False
    """Whether every ratio has to be proved no worse, by more than its margin."""
    detectable: float | None = None
    """The fall, 0..1, that the rows have to notice with a chance of `statistics.detectable.POWER`."""
