"""Real rows of 41 columns: what is fitted part by part, against scikit-learn's solvers, however the rows are cut.

python -m benchmarks.wide kddcup.data_10_percent.gz

The file is 10 % of KDD Cup 1999, as the UCI Machine Learning Repository has it (doi 10.24432/C51C7N): 494,021 rows
of 38 numbers and 3 texts, with the label last and without a header. One recipe tells attacks from normal connections;
another tells the frequent labels apart, on every tenth row, since scikit-learn's exact solver takes long for it. The
data set is one file, and then seven files of the same rows, of which other rows are held out. Each time the training
rows are fitted as one part, as seven, and as seven again; then by scikit-learn, with an exact solver and with its
default. Writes benchmarks/results/wide.json.
"""

from __future__ import annotations

import gzip
import json
import platform
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table as Drawn
from threadpoolctl import threadpool_limits

from benchmarks.command_line import command
from lambdas.engine import each
from lambdas.model.arrays import Floats, Texts
from lambdas.model.data.part import Part, merged
from lambdas.model.data.preparation import split
from lambdas.model.folding.fit import fit
from lambdas.model.folding.minimum import Minimum
from lambdas.model.folding.summary import Summary
from lambdas.model.folding.total import Rows
from lambdas.model.metrics.confusion import confusion_matrix
from lambdas.model.recipe import Categorical, Columns, Numeric, Recipe, at_least
from tests.given import data

RESULTS = Path(__file__).with_name("results") / "wide.json"
FILES = (1, 7)
CHUNKS = 7
TEXTS = ("protocol_type", "service", "flag")
NAMES = (
    *("duration", *TEXTS, "src_bytes", "dst_bytes", "land", "wrong_fragment", "urgent", "hot", "num_failed_logins"),
    *("logged_in", "num_compromised", "root_shell", "su_attempted", "num_root", "num_file_creations", "num_shells"),
    *("num_access_files", "num_outbound_cmds", "is_host_login", "is_guest_login", "count", "srv_count"),
    *("serror_rate", "srv_serror_rate", "rerror_rate", "srv_rerror_rate", "same_srv_rate", "diff_srv_rate"),
    *("srv_diff_host_rate", "dst_host_count", "dst_host_srv_count", "dst_host_same_srv_rate"),
    *("dst_host_diff_srv_rate", "dst_host_same_src_port_rate", "dst_host_srv_diff_host_rate"),
    *("dst_host_serror_rate", "dst_host_srv_serror_rate", "dst_host_rerror_rate", "dst_host_srv_rerror_rate"),
)
FREQUENT = ("smurf.", "neptune.", "normal.")
"""Labels of 97,278 rows or more; all others together have 8,752, and are one class."""
TENTH = 10
SOLVERS: Mapping[str, Mapping[str, Any]] = {
    "newton-cholesky": {"solver": "newton-cholesky", "tol": 1e-10, "max_iter": 1000},
    "lbfgs": {},
}
"""Of scikit-learn; the last is its default."""


def estimator(columns: Columns, **choice: Any) -> Any:
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    encoder = OneHotEncoder(handle_unknown="ignore")
    prepare = make_column_transformer((StandardScaler(), columns.numeric), (encoder, columns.categorical))
    return make_pipeline(prepare, LogisticRegression(**choice))


def recipe(classes: Mapping[str, str]) -> Recipe:
    return Recipe(
        model="kdd99-wide",
        columns=[Categorical(name) if name in TEXTS else Numeric(name) for name in NAMES],
        label="label",
        classes=classes,
        estimator=estimator,
        thresholds=[
            at_least("accuracy", bound=0.9),
            *(at_least("recall", of=name, bound=0.6) for name in sorted({*classes.values()})),
        ],
    )


def data_sets(lines: Sequence[bytes]) -> Iterator[tuple[str, Recipe, Sequence[bytes]]]:
    """Each question to the data: its name, its recipe, and its lines of the file."""
    labels = sorted({line.rsplit(b",", 1)[1].strip().decode() for line in lines})
    two = recipe({name: "normal" if name == "normal." else "attack" for name in labels})
    four = recipe({name: name.rstrip(".") if name in FREQUENT else "other" for name in labels})
    yield "attack or normal", two, lines
    yield "four classes", four, lines[::TENTH]


def cut(lines: Sequence[bytes], *, files: int) -> Iterator[bytes]:
    """The texts of so many files of the rows, with the header that the file lacks."""
    rows = -(-len(lines) // files)
    for first in range(0, len(lines), rows):
        yield b"".join([",".join([*NAMES, "label"]).encode() + b"\n", *lines[first : first + rows]])


def sides(texts: Iterable[bytes], *, by: Recipe) -> tuple[list[Part], list[Part]]:
    """Training parts and holdouts, split as Preprocess splits each file."""
    pieces = (data.piece_of(f"part-{place}.csv", text, recipe=by) for place, text in enumerate(texts))
    train, holdout = zip(*(split(piece, recipe=by) for piece in pieces), strict=True)
    return list(train), list(holdout)


@dataclass(frozen=True, eq=False)
class Fit:
    """An estimator, and the seconds of the processor that its fit took."""

    estimator: Any
    seconds: float
    found: Minimum | None = None


def timed(fitted: Any, carry_out: Callable[[], Any]) -> Fit:
    begun = time.process_time()
    with warnings.catch_warnings(), threadpool_limits(limits=1, user_api="blas"):
        warnings.simplefilter("ignore")  # that the default solver stops early is what is measured
        found = carry_out()
    return Fit(fitted, time.process_time() - begun, found if isinstance(found, Minimum) else None)


def folded(parts: Sequence[Part], *, by: Recipe) -> Fit:
    named = {f"{place}": part for place, part in enumerate(parts)}
    rows = Rows(tuple(named), named.__getitem__, each)
    made = estimator(by.positions)
    return timed(made, lambda: fit(made, rows=rows, summary=rows.total(Summary.of)))


def coded(part: Part, *, like: Summary) -> tuple[Floats, Texts]:
    """As scikit-learn's own fit takes the rows."""
    return like.known.encode_part(part), np.array(part.classes, dtype=np.str_)[part.labels]


def measured(train: Sequence[Part], holdout: Sequence[Part], *, by: Recipe) -> dict[str, Any]:
    """What each fit of the same training rows gives on the holdout."""
    whole = merged(train)
    pieces = [*whole.slices(-(-len(whole) // CHUNKS))]
    once, cut_up, again = (folded(parts, by=by) for parts in ([whole], pieces, pieces))
    assert once.found and cut_up.found and again.found
    summary = Summary.of(whole)
    (X, y), (X_holdout, expected) = coded(whole, like=summary), coded(merged(holdout), like=summary)
    fits = {"part by part": once}
    for name, choice in SOLVERS.items():
        made = estimator(by.positions, **choice)
        fits[name] = timed(made, partial(made.fit, X, y))
    told = {}
    for name, each_fit in fits.items():
        apart = each_fit.estimator.predict_proba(X_holdout) - once.estimator.predict_proba(X_holdout)
        answered = each_fit.estimator.predict(X_holdout)
        matrix = confusion_matrix(expected, answered, labels=list(by.class_names))
        told[name] = {
            "probabilities_off_by": float(f"{np.abs(apart).max():.2g}"),
            "answers_that_differ": int((answered != once.estimator.predict(X_holdout)).sum()),
            "matrix": matrix.tolist(),
            "iterations": int(each_fit.estimator[-1].n_iter_.max()),
            "processor_seconds": float(f"{each_fit.seconds:.3g}"),
        }
    return {
        "train_rows": len(whole),
        "holdout_rows": len(expected),
        "width": once.found.weights.size,
        "passes": once.found.passes,
        "weights_of_chunks_apart": float(f"{np.abs(cut_up.found.weights - once.found.weights).max():.2g}"),
        "two_runs_are_identical": cut_up.found.weights.tobytes() == again.found.weights.tobytes(),
        "classes": list(by.class_names),
        "by": told,
    }


def draw(title: str, found: Mapping[str, Any]) -> None:
    drawn = Drawn("fitted by", "probabilities off by", "matrix", "processor, s", title=title)
    for name, of_it in found["by"].items():
        cells = (f"{of_it['probabilities_off_by']:.2g}", f"{of_it['matrix']}", f"{of_it['processor_seconds']:.1f}")
        drawn.add_row(name, *cells)
    Console().print(drawn)
    print(
        f"1 and {CHUNKS} chunks: {found['weights_of_chunks_apart']:.2g} apart, in {found['passes']} passes;", end=" "
    )
    print(f"two runs are {'' if found['two_runs_are_identical'] else 'not '}identical", flush=True)


def main() -> None:
    parser = command(__doc__)
    parser.add_argument("data", type=Path, help="kddcup.data_10_percent.gz")
    lines = gzip.decompress(parser.parse_args().data.read_bytes()).splitlines(keepends=True)
    told: dict[str, dict[str, Any]] = {}
    for name, by, chosen in data_sets(lines):
        for files in FILES:
            train, holdout = sides(cut(chosen, files=files), by=by)
            found = measured(train, holdout, by=by)
            told.setdefault(name, {})[f"{files}"] = found
            draw(f"{name}, {files} files", found)
    versions = {"python": platform.python_version(), **{name: version(name) for name in ("numpy", "scikit-learn")}}
    document = {
        "at": time.strftime("%Y-%m-%d"),
        "versions": versions,
        "rows": len(lines),
        "by_recipe_and_files": told,
    }
    RESULTS.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
