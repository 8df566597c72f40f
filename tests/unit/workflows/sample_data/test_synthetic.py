"""The stand-in for the real data."""

import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.sample_data import synthetic
from workflows.sample_data.synthetic import quantile

TABLES = [
    synthetic.DURATION,
    synthetic.SRC_BYTES,
    synthetic.DST_BYTES,
    synthetic.BACK_DURATION,
    synthetic.BACK_SRC_BYTES,
    synthetic.BACK_DST_BYTES,
]


def test_rows_are_the_same_on_every_python_and_machine() -> None:
    sha256 = hashlib.sha256(b"".join(synthetic.rows())).hexdigest()

    assert sha256 == "0bd673a3384cd3caf9cb376d7afe0f751768454007341a3b5c3c262e0d5fc68f"


def test_another_seed_gives_other_rows() -> None:
    assert list(synthetic.rows(seed=1)) != list(synthetic.rows(seed=2))


def test_labels_are_those_of_the_real_data_and_attacks_are_rare() -> None:
    labels = Counter(row.rstrip().split(b",")[-1] for row in synthetic.rows())

    assert labels == {
        b"normal.": 58_500,
        b"back.": 1_495,
        b"phf.": 2,
        b"satan.": 1,
        b"ipsweep.": 1,
        b"portsweep.": 1,
    }


@pytest.mark.parametrize("table", TABLES)
def test_quantile_at_the_points_of_the_table_is_the_number_there(table: synthetic.Quantiles) -> None:
    assert [quantile(share, table) for share, _ in table] == [number for _, number in table]


@given(st.sampled_from(TABLES), st.floats(0, 1), st.floats(0, 1))
def test_quantile_never_falls_as_the_share_rises(table: synthetic.Quantiles, one: float, other: float) -> None:
    low, high = sorted((one, other))

    assert table[0][1] <= quantile(low, table) <= quantile(high, table) <= table[-1][1]


def test_share_beyond_the_whole_is_refused() -> None:
    with pytest.raises(ValueError, match=r"1\.5 is not a share"):
        quantile(1.5, synthetic.DURATION)
