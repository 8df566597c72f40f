from __future__ import annotations

import pytest

from chalicelib import layout
from chalicelib.errors import RegistryIncomplete, StackMissing
from chalicelib.registry import catalog
from tests.fakes.store import InMemoryStore

BUCKET = "nightswap-prod-123456789012-eu-west-1"


def test_models_are_those_that_the_last_deployment_wrote_in_order() -> None:
    store = InMemoryStore()
    catalog.write(store, ["a"])
    catalog.write(store, ["mnist", "kdd99-http"])

    assert catalog.models(store) == ["kdd99-http", "mnist"]


def test_models_of_an_earlier_release_are_read() -> None:
    store = InMemoryStore()
    store.put("deploy/models.json", b'{\n "models": [\n  "kdd99-http",\n  "mnist"\n ]\n}')

    assert catalog.models(store) == ["kdd99-http", "mnist"]


def test_stage_of_an_earlier_release_says_that_it_wants_a_deployment() -> None:
    with pytest.raises(StackMissing, match="one by an earlier release did not: nightswap deploy --stage prod"):
        catalog.models(InMemoryStore(BUCKET))


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"models": "a"}', b'{"models": [1]}'])
def test_damaged_document_is_named(body: bytes) -> None:
    store = InMemoryStore(BUCKET)
    store.put(layout.catalog(), body)

    with pytest.raises(RegistryIncomplete, match=r"deploy/models\.json is damaged"):
        catalog.models(store)
