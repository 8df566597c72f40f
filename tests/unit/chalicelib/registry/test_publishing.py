from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.edges import Edges
from chalicelib.edges.serving_functions import FunctionVersion
from chalicelib.errors import FunctionBusy, LayersMissing, ModelUnknown, ServingChanged
from chalicelib.registry import publishing
from tests.fakes.edges import FakeOutside
from tests.fakes.functions import InMemoryFunctions
from tests.fakes.serving_function import CONFIGURATION, Delays, with_layers
from tests.given.nights import MODEL, outside
from tests.given.present import present


class OtherCode(InMemoryFunctions):
    """Publishes what a deployment put there a moment before."""

    def publish(self, model: str, package: bytes) -> FunctionVersion:
        return super().publish(model, b"other code")


class Unmade(InMemoryFunctions):
    """Lambda that makes no version, because the package is that of the last one, which was deleted."""

    answer = "$LATEST"

    def publish(self, model: str, package: bytes) -> FunctionVersion:
        made = super().publish(model, package)
        self.delete_version(model, made.function_version)
        return replace(made, function_version=self.answer, state="Active")


class UnmadeByNumber(Unmade):
    """And answers with the number of the deleted one."""

    answer = "1"


class Losing(InMemoryFunctions):
    """A deployment takes its layers away just before the version is made."""

    def publish(self, model: str, package: bytes) -> FunctionVersion:
        self.configure(model, Environment={})
        return super().publish(model, package)


class Vanishing(InMemoryFunctions):
    """Never shows a version that it published."""

    def version(self, model: str, function_version: str) -> FunctionVersion | None:
        return None


class Failing(InMemoryFunctions):
    """Lambda could not make ready what it published."""

    def version(self, model: str, function_version: str) -> FunctionVersion | None:
        return replace(present(super().version(model, function_version)), state="Failed")


def judged(night: FakeOutside) -> str:
    return publishing.configuration_sha256(night.functions.configuration(MODEL))


def slow(night: FakeOutside, *, seconds: float) -> Edges:
    functions = InMemoryFunctions(MODEL, clock=night.clock, delays=Delays(activation=seconds))
    return replace(night.edges, functions=functions)


def publish(
    edges: Edges, package: bytes = b"package", *, serving_sha256: str | None = None, layers: Sequence[str] = ()
) -> FunctionVersion:
    return publishing.publish(edges, model=MODEL, package=package, serving_sha256=serving_sha256, layers=layers)


def test_package_is_published_active_and_checked(night: FakeOutside) -> None:
    version = publish(night.edges, serving_sha256=judged(night))

    assert (version.function_version, version.state) == ("1", "Active")
    assert version.code_sha256 == publishing.code_sha256(b"package")


def test_package_that_needs_layers_is_published_by_a_function_that_has_them(night: FakeOutside) -> None:
    night.functions.configure(MODEL, **with_layers("numpy", "onnx"))

    assert publish(night.edges, layers=["onnx"]).function_version == "1"


def test_package_is_not_published_by_a_function_without_its_layers(night: FakeOutside) -> None:
    night.functions.configure(MODEL, **with_layers("numpy"))

    with pytest.raises(LayersMissing, match="the layers onnx: run nightswap deploy"):
        publish(night.edges, layers=["numpy", "onnx"])

    assert night.functions.versions(MODEL) == []


def test_version_that_was_published_without_the_layers_is_published_again_with_them(night: FakeOutside) -> None:
    publish(night.edges)
    night.functions.configure(MODEL, **with_layers("onnx"))

    assert publish(night.edges, layers=["onnx"]).function_version == "2"


def test_layers_that_go_while_a_version_is_published_are_noticed(night: FakeOutside) -> None:
    functions = Losing(MODEL, clock=night.clock)
    functions.configure(MODEL, **with_layers("onnx"))

    with pytest.raises(LayersMissing):
        publish(replace(night.edges, functions=functions), layers=["onnx"])


def test_same_package_is_found_again(night: FakeOutside) -> None:
    publish(night.edges, b"first")
    publish(night.edges, b"second")

    version = publish(night.edges, b"first", serving_sha256=judged(night))

    assert version.function_version == "1"
    assert len(night.functions.versions(MODEL)) == 2


def test_version_of_the_judged_configuration_is_found_though_the_function_has_another_by_now(
    night: FakeOutside,
) -> None:
    before = judged(night)
    publish(night.edges, serving_sha256=before)
    night.functions.configure(MODEL, MemorySize=512)

    assert publish(night.edges, serving_sha256=before).function_version == "1"


def test_same_package_under_another_judged_configuration_is_another_version(night: FakeOutside) -> None:
    publish(night.edges, serving_sha256=judged(night))
    night.functions.configure(MODEL, MemorySize=512)

    assert publish(night.edges, serving_sha256=judged(night)).function_version == "2"


def test_configuration_that_changed_since_it_was_judged_is_refused(night: FakeOutside) -> None:
    before = judged(night)
    night.functions.configure(MODEL, Timeout=3)

    with pytest.raises(ServingChanged, match="was reconfigured while its model was judged"):
        publish(night.edges, serving_sha256=before)


def test_any_configuration_will_do_where_none_was_judged(night: FakeOutside) -> None:
    publish(night.edges)
    night.functions.configure(MODEL, Timeout=3)

    assert publish(night.edges).function_version == "1"


def test_other_code_than_the_package_is_refused(night: FakeOutside) -> None:
    edges = replace(night.edges, functions=OtherCode(MODEL, clock=night.clock))

    with pytest.raises(ServingChanged, match="function version 1 of kdd99-http holds code"):
        publish(edges)


def test_pending_version_is_waited_for(night: FakeOutside) -> None:
    begun = night.clock()

    version = publish(slow(night, seconds=5))

    assert version.state == "Active"
    assert 5 <= (night.clock() - begun).total_seconds() < 5 + publishing.LONGEST_PAUSE_SECONDS


def test_pending_version_is_looked_at_ever_more_rarely(night: FakeOutside) -> None:
    pauses: list[float] = []

    with pytest.raises(FunctionBusy):
        publish(replace(slow(night, seconds=3600), sleep=pauses.append))

    assert pauses[0] == publishing.FIRST_PAUSE_SECONDS
    assert pauses[:-1] == sorted(pauses[:-1])
    assert max(pauses) == publishing.LONGEST_PAUSE_SECONDS
    assert sum(pauses) == pytest.approx(publishing.ACTIVE_WITHIN_SECONDS)
    assert len(pauses) < 30


def test_pending_version_of_an_earlier_try_is_waited_for(night: FakeOutside) -> None:
    edges = slow(night, seconds=5)
    edges.functions.publish(MODEL, b"package")

    assert publish(edges).state == "Active"
    assert len(edges.functions.versions(MODEL)) == 1


def test_version_that_never_becomes_active_is_left_to_a_retry(night: FakeOutside) -> None:
    begun = night.clock()

    with pytest.raises(FunctionBusy, match="function version 1 of kdd99-http is Pending after 60 s"):
        publish(slow(night, seconds=3600))

    assert (night.clock() - begun).total_seconds() == pytest.approx(publishing.ACTIVE_WITHIN_SECONDS, abs=1)


def test_version_that_failed_is_not_waited_for(night: FakeOutside) -> None:
    begun = night.clock()

    with pytest.raises(FunctionBusy, match="function version 1 of kdd99-http is Failed after 0 s"):
        publish(replace(night.edges, functions=Failing(MODEL, clock=night.clock)))

    assert night.clock() == begun


def test_version_that_lambda_does_not_show_yet_is_waited_for_too(night: FakeOutside) -> None:
    functions = Vanishing(MODEL, clock=night.clock, delays=Delays(activation=1))

    with pytest.raises(FunctionBusy, match="is unknown after 60 s"):
        publish(replace(night.edges, functions=functions))


def test_answer_that_is_no_version_is_not_taken_for_one(night: FakeOutside) -> None:
    with pytest.raises(ServingChanged, match=r"made no function version of kdd99-http: .* as \$LATEST, .* --force$"):
        publish(replace(night.edges, functions=Unmade(MODEL, clock=night.clock)))


def test_number_of_a_version_that_is_gone_is_not_taken_for_one_that_is_there(night: FakeOutside) -> None:
    with pytest.raises(FunctionBusy, match="function version 1 of kdd99-http is unknown after 60 s"):
        publish(replace(night.edges, functions=UnmadeByNumber(MODEL, clock=night.clock)))


def test_whoever_has_less_time_waits_no_longer_than_that(night: FakeOutside) -> None:
    begun = night.clock()

    with pytest.raises(FunctionBusy, match="is Pending after 4 s"):
        publishing.publish(
            slow(night, seconds=3600),
            model=MODEL,
            package=b"package",
            serving_sha256=None,
            layers=(),
            within_seconds=4,
        )

    assert (night.clock() - begun).total_seconds() == pytest.approx(4, abs=1)


def test_function_that_is_being_updated_is_left_to_a_retry(night: FakeOutside) -> None:
    functions = InMemoryFunctions(MODEL, clock=night.clock, delays=Delays(update=60))
    functions.configure(MODEL, Timeout=3)

    with pytest.raises(FunctionBusy, match="an update of kdd99-http is in progress"):
        publish(replace(night.edges, functions=functions))


def test_model_without_a_function_is_unknown() -> None:
    with pytest.raises(ModelUnknown):
        publish(outside("other").edges)


def test_code_checksum_is_spelt_as_lambda_spells_it() -> None:
    assert publishing.code_sha256(b"") == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


@given(st.dictionaries(st.text().filter(lambda name: name not in publishing.DECISIVE), st.integers()))
def test_what_decides_nothing_does_not_change_the_configurations_checksum(others: dict[str, Any]) -> None:
    plain = publishing.configuration_sha256(CONFIGURATION)

    assert publishing.configuration_sha256({**others, **CONFIGURATION}) == plain


@pytest.mark.parametrize("name", publishing.DECISIVE)
def test_whatever_decides_changes_the_configurations_checksum(name: str) -> None:
    plain = publishing.configuration_sha256(CONFIGURATION)

    assert publishing.configuration_sha256({**CONFIGURATION, name: "another"}) != plain
