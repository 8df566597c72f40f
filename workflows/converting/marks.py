"""What stands for a missing value in files as people write them."""

from __future__ import annotations

MARKS = {"NA", "N/A", "n/a", "na", "NaN", "nan", "NULL", "null", "None", "none", "#N/A", "?", "-", "."}
"""Texts that stand for a missing number or date."""
