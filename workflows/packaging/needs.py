"""Tells what the models of a stage ask for: layers by their formats, memory and time of their serving functions.

Python alone scores most formats. One that needs a library names its layers in the table of formats: the serving
functions of its models have them, and Evaluate and Train of a stage that has such a model. Another format of a model
is so a change of its functions, which `nightswap plan` shows and `nightswap deploy` makes. A function that asks an
endpoint scores nothing, so it has none: the library is in the endpoint's image.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from workflows.packaging.layers import LAYERS, LAYERS_OF_TASK, REQUIRES


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What a stage's models ask for beside Python and the layers and sizes of every stage."""

    serving: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """What scores a model, by model, of those alone that need any."""
    export: tuple[str, ...] = ()
    """For Train."""
    stored: tuple[str, ...] = ()
    """Models whose artifacts may be too large for a package: their functions may read them from the bucket."""
    memory_mb: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Of the serving function, by model; of those alone whose recipe says it."""
    timeout_seconds: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Of one call of the serving function, the same."""

    on_sagemaker: tuple[str, ...] = ()
    """Models that a training job of SageMaker fits."""
    by_built_ins: tuple[str, ...] = ()
    """Those of them that it fits by SageMaker's own algorithms."""
    by_tuner: tuple[str, ...] = ()
    """Those of them of which its tuner starts a job for each trial."""
    endpoints: tuple[str, ...] = ()
    """Models whose versions have endpoints of SageMaker."""
    serverless: tuple[str, ...] = ()
    """Those of them whose endpoints have no instances."""

    def of_function(self, model: str) -> tuple[str, ...]:
        """The layers of the serving function of a model; none where an endpoint answers for it."""
        return () if model in self.endpoints else self.serving.get(model, ())

    def of_task(self, task: str) -> tuple[str, ...]:
        """The layers of a function of the pipeline, each once."""
        scoring = [layer for layers in self.serving.values() for layer in layers]
        more = {"evaluate": scoring, "train": self.export}.get(task, ())
        return tuple(dict.fromkeys((*LAYERS_OF_TASK[task], *more)))

    @property
    def layers(self) -> tuple[str, ...]:
        """All that the stage has, in the order of the table, what recipes require last."""
        used = {layer for task in LAYERS_OF_TASK for layer in self.of_task(task)}
        return tuple(name for name in (*LAYERS, REQUIRES.name) if name in used)


NOTHING = Needs()
