"""Proves that one proportion is no worse than another on the same rows, by Tango's score.

The generalised score of `score_test` cannot: when no row tells the two apart it finds no variance, and would take
that for certainty. Tango's variance is that of the hypothesis itself, by which some rows have to tell them apart.
"""

from __future__ import annotations

import math


def tango_z(*, lost: float, won: float, rows: float, margin: float) -> float:
    """The score of the hypothesis that the challenger is worse by exactly the margin; larger speaks against it.

    lost: rows on which the champion alone is right. won: the challenger alone. rows: all, 0 or more. margin: 0..1,
    less than 1. Counts may be fractions, where copies were discounted. Where nothing is known it is 0.

    Source: Tango, Equivalence test and confidence interval for the difference in proportions for the paired-sample
    design, Statistics in Medicine 17 (1998) 891-908, equations 24 to 26.

    >>> round(tango_z(lost=0, won=0, rows=600, margin=0.001), 2)
    0.77
    """
    d = -margin
    linear = -won - lost + (2 * rows - won + lost) * d
    root = math.sqrt(max(linear * linear + 8 * rows * lost * d * (1 - d), 0.0))
    variance = (root - linear) / 2 + rows * d * (1 - d)
    return (won - lost - rows * d) / math.sqrt(variance) if variance > 0 else 0.0


def rows_to_prove(margin: float, *, z: float) -> int | None:
    """The fewest rows that can prove the margin, which takes two models that are right on the same rows; None: never.

    It solves rows * margin / (1 - margin) >= z * z.

    >>> rows_to_prove(0.01, z=1.645)
    268
    """
    return math.ceil(z * z * (1 - margin) / margin) if margin > 0 else None
