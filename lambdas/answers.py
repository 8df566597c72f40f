"""Hands the estimator's answers for the holdout from Train to Evaluate, part by part, as the rows come."""

from __future__ import annotations

from chalicelib import layout
from chalicelib.edges import Edges
from chalicelib.layout import Place
from lambdas.intermediates import put_all, read_all
from lambdas.model import predictions
from lambdas.model.predictions import Answers


def folder(edges: Edges, *, run: str) -> str:
    """The URI below which a run's answers lie."""
    return str(Place(edges.store.bucket, layout.work(run, "answers/")))


def put(edges: Edges, uri: str, answers: Answers, *, part: str) -> None:
    """Write those for the rows of the part of this name."""
    put_all(edges, Place.parse(f"{uri}{part}/").key, answers.to_files())


def read(edges: Edges, uri: str, *, part: str) -> Answers:
    """Raises ArtifactInvalid when they are gone."""
    return Answers.from_files(read_all(edges, f"{uri}{part}/", names=predictions.FILES))
