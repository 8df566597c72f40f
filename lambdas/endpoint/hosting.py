"""Gives a version its endpoint: name, packages, and what is asked of SageMaker, by the recipe and its number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib import layout, names
from chalicelib.contracts.endpoints import EndpointPlan
from chalicelib.layout import Place
from chalicelib.registry import registry
from chalicelib.registry.manifest import Served
from lambdas.endpoint import endpoint_plan
from lambdas.endpoint.package import function_package, model_data
from lambdas.model.recipe import Endpoint


@dataclass(frozen=True)
class Hosting:
    """Of the versions of one model."""

    endpoint: Endpoint
    stage: str
    model: str

    def served(self, model_version: int) -> Served:
        return Served(
            name=self.name(model_version),
            keep_hours=self.endpoint.keep_hours,
            words=endpoint_plan.in_words(self.endpoint),
        )

    def packages(self, package: bytes, *, manifest: Mapping[str, Any]) -> tuple[bytes, bytes]:
        name = self.name(manifest["model_version"])
        return function_package(manifest=manifest, endpoint=name), model_data(package)

    def plan(self, model_version: int, *, bucket: str) -> EndpointPlan:
        key = layout.version(self.model, model_version, registry.MODEL_DATA)
        return endpoint_plan.describe(
            self.endpoint, name=self.name(model_version), model_data_uri=str(Place(bucket, key))
        )

    def name(self, model_version: int) -> str:
        return names.endpoint(self.stage, self.model, model_version)
