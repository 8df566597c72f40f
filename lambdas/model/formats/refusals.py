"""Walks over an unfitted estimator's steps, and says which of them a format cannot hold, and why.

It judges a class by its name and its package: a subclass may do anything, so it does not count as its base. It
imports no scikit-learn and fits nothing. What a format takes stands in its `Rules`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.errors import EstimatorUnsupported
from lambdas.model.features.searches import SEARCHES, candidates
from lambdas.model.features.steps import PARTS_OF, class_name

PROBLEMS = 8
"""A message names this many refused steps; it has room for them and for the alternatives."""
A_CLASS = "it is a class, not an object: write {name}()"
THRESHOLD = (
    "its label is not the most probable class but what a threshold of its own says: leave it out, and give the recipe"
    " that threshold, as threshold=Threshold(0.3) or Threshold.at_precision(0.95)"
)
"""Of FixedThresholdClassifier and TunedThresholdClassifierCV, in every format."""

Rule = Callable[[Any], str]
"""Returns why the step cannot be served; an empty text when it can."""


@dataclass(frozen=True)
class Refusal:
    """A step without an exact form. `way` is what is served in its place, as Python; empty where `why` says it."""

    step: str
    why: str
    way: str = ""
    is_strange: bool = False
    """Whether it is a last step of a class that the format never takes."""

    def __str__(self) -> str:
        return f"{self.step}: {self.why}" + (f"; take {self.way} in its place" if self.way else "")


def is_served(_: Any) -> str:
    """The rule of a step that is served whatever its parameters are."""
    return ""


def no_way(_: str) -> str:
    """Of a format whose reasons themselves say what to take."""
    return ""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a format takes: by the names of classes, its rules for their parameters."""

    no_form: str
    """What a refusal begins with."""
    served: str
    """What can be taken instead, and the page that names it all."""
    transformers: Mapping[str, Rule]
    classifiers: Mapping[str, Rule]
    other_transformer: Rule
    """Why an object of any other class, which has `transform`, is refused; as the next one it never returns ''."""
    other_classifier: Rule
    """Why any other object is refused as the last step."""
    way_of_transformer: Callable[[str], str] = no_way
    """The nearest that is served in the place of a class, as Python."""
    way_of_classifier: Callable[[str], str] = no_way

    def check(self, estimator: Any) -> None:
        """Raises EstimatorUnsupported, naming every step of the estimator that cannot be served.

        Its details say whether the format `knows` each last step: then this refusal is nearer to what is wanted than
        that of a format which does not.
        """
        found = list(self.refusals(estimator))
        if not found:
            return
        problems = list(dict.fromkeys(map(str, found)))
        more = [f"And {len(problems) - PROBLEMS} steps more"] if len(problems) > PROBLEMS else []
        told = [*problems[:PROBLEMS], *more, self.served]
        raise EstimatorUnsupported(
            f"{self.no_form}. {'. '.join(told)}",
            about=self.no_form,
            problems=told,
            knows=not any(each.is_strange for each in found),
        )

    def refusals(self, estimator: Any) -> Iterator[Refusal]:
        """The refused steps of a whole estimator, fitted or not: its last step has to be a classifier."""
        if class_name(estimator) in SEARCHES:
            yield from self._of_search(estimator)
            return
        if class_name(estimator) != "Pipeline":
            yield from self.of_classifier(estimator)
            return
        steps = [step for _, step in estimator.steps]
        for step in steps[:-1]:
            yield from self._of_transformer(step)
        if steps:
            yield from self.refusals(steps[-1])

    def of_classifier(self, step: Any) -> Iterator[Refusal]:
        """The refusal of a last step, if it is refused."""
        name = class_name(step)
        why = self.classifiers[name](step) if name in self.classifiers else self._strange(step)
        if why:
            yield Refusal(_shown(step), why, self.way_of_classifier(name), is_strange=name not in self.classifiers)

    def _strange(self, step: Any) -> str:
        if step is None:
            return "the recipe's function `estimator` returns no estimator"
        return A_CLASS.format(name=step.__name__) if isinstance(step, type) else self.other_classifier(step)

    def _of_transformer(self, step: Any) -> Iterator[Refusal]:
        if step is None or isinstance(step, str):  # 'passthrough', 'drop', or what scikit-learn itself will refuse
            return
        name = class_name(step)
        if name in PARTS_OF:
            for part in PARTS_OF[name](step):
                yield from self._of_transformer(part)
            return
        why = self.transformers[name](step) if name in self.transformers else self._no_transformer(step)
        if why:
            yield Refusal(_shown(step), why, self.way_of_transformer(name))

    def _no_transformer(self, step: Any) -> str:
        if isinstance(step, type):
            return A_CLASS.format(name=step.__name__)
        if not hasattr(type(step), "transform"):
            return "it transforms nothing, and is not the last step"
        return self.other_transformer(step)

    def _of_search(self, search: Any) -> Iterator[Refusal]:
        if not search.refit:
            why = "with refit=False nothing is fitted that could answer"
            yield Refusal(_shown(search), why, self.way_of_classifier(class_name(search)))
        for candidate in candidates(search):
            yield from self.refusals(candidate)


def _shown(step: Any) -> str:
    if isinstance(step, type):
        return step.__name__
    return repr(step) if step is None or isinstance(step, str) else class_name(step)
