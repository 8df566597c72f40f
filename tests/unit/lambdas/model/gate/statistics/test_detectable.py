from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.model.gate.statistics.detectable import rows_to_notice, smallest_fall


@given(
    variance=st.floats(0, 0.01),
    margin=st.floats(0, 0.1),
    beyond=st.floats(0.001, 0.2),
    rows=st.integers(1, 10**6),
    share=st.floats(0.01, 1),
)
def test_so_many_rows_notice_the_fall_and_hardly_fewer_do(
    variance: float, margin: float, beyond: float, rows: int, share: float
) -> None:
    of_rows = 1 / (share * rows)
    fall = margin + beyond

    needed = rows_to_notice(fall, 2.0, rows=rows, variance=variance, of_rows=of_rows, margin=margin)

    def noticed(number: float) -> float:
        shrunk = rows / number
        found = smallest_fall(
            2.0,
            variance=np.array([variance * shrunk]),
            of_rows=np.array([of_rows * shrunk]),
            margins=np.array([margin]),
        )
        return float(found[0])

    assert noticed(needed) <= fall + 1e-9
    assert needed == 1 or noticed(0.999 * (needed - 1)) > min(fall, 1) - 1e-9


def test_fall_is_at_most_everything() -> None:
    found = smallest_fall(2.0, variance=np.array([4.0]), of_rows=np.array([1.0]), margins=np.array([0.01]))

    assert found.tolist() == [1.0]


def test_identical_models_on_180_rows_notice_a_fall_of_four_points() -> None:
    found = smallest_fall(1.645, variance=np.zeros(1), of_rows=np.array([1 / 180]), margins=np.array([0.01]))

    assert found[0] == pytest.approx(0.01 + (1.645 + 0.8416) ** 2 / 180, rel=1e-3)
