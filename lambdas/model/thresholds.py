"""Lets recipes written for earlier releases import at_least and at_most from here, as README said then."""

from lambdas.model.gate.thresholds import at_least, at_most

__all__ = ["at_least", "at_most"]
