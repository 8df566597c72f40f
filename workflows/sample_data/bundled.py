"""Writes the small data sets that lie in scikit-learn, as CSV: they need no network.

Each is the text that is written here, known by its SHA-256: who says that a model was trained on one can say on what.
Sources, as scikit-learn cites them: Fisher (1936), iris; Aeberhard, Coomans and de Vel (1992), wine; Wolberg,
Mangasarian and Street (1995), breast cancer of Wisconsin; Alpaydin and Kaynak (1998), digits, its test part.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.errors import SampleUnavailable


@dataclass(frozen=True)
class Bundled:
    """A data set in scikit-learn: its loader, its label's column, and the SHA-256 of the CSV file."""

    loader: str
    label: str
    sha256: str

    @property
    def content(self) -> bytes:
        """The CSV file; raises SampleUnavailable where scikit-learn has another data set than is known."""
        import sklearn
        from sklearn import datasets

        text = _text(getattr(datasets, self.loader)(), label=self.label)
        found = hashlib.sha256(text).hexdigest()
        if found != self.sha256:
            raise SampleUnavailable(
                f"{self.loader} of scikit-learn {sklearn.__version__} gives another data set than is known here:"
                f" SHA-256 of its CSV is {found}, expected {self.sha256}"
            )
        return text


BUNDLED = {
    "iris": Bundled("load_iris", "species", "27ae50b33722da23f76475e7fd89b5e0282574d3cce570f1ae2d8773d596278b"),
    "wine": Bundled("load_wine", "cultivar", "0b1878a85c7319cb85c8f5eed4731bac48b130b99bb19169c8ac7f55fbc984f7"),
    "breast-cancer": Bundled(
        "load_breast_cancer", "diagnosis", "518936fa92ca3d8a78c420aee22030c4e519ffcba3be15dd23e83f2fc22e20e5"
    ),
    "digits": Bundled("load_digits", "digit", "592cc047d0a1cc7fdef9fd724514209dcb45a80aa147dc3ab375e3e1a9a380f4"),
}


def _text(loaded: Any, *, label: str) -> bytes:
    """Numbers in Python's shortest form, and the classes by their names."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow([*map(_column, loaded.feature_names), label])
    classes: Sequence[str] = [str(each) for each in loaded.target_names]
    for numbers, place in zip(loaded.data.tolist(), loaded.target.tolist(), strict=True):
        writer.writerow([*map(_number, numbers), classes[place]])
    return written.getvalue().encode()


def _column(name: str) -> str:
    """
    >>> _column("sepal length (cm)"), _column("od280/od315_of_diluted_wines")
    ('sepal_length_cm', 'od280_od315_of_diluted_wines')
    """
    return "_".join("".join(each if each.isalnum() else " " for each in name).split())


def _number(value: float) -> str:
    """
    >>> _number(5.0), _number(0.1)
    ('5', '0.1')
    """
    return str(int(value)) if value.is_integer() else repr(value)
