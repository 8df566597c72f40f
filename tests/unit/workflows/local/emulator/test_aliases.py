from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from workflows.local.emulator.aliases import version

SHARES = some.floats(0, 1)


@given(share=SHARES, drawn=some.floats(0, 1, exclude_max=True))
def test_additional_version_gets_exactly_its_share_of_the_draws(share: float, drawn: float) -> None:
    function = {
        "aliases": {"live": {"FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"2": share}}}}
    }

    chosen = version(function, "live", draw=lambda: drawn)

    assert chosen == ("2" if drawn < share else "1")


def test_alias_without_weights_and_unknown_names_stand_for_themselves() -> None:
    function = {"aliases": {"live": {"FunctionVersion": "1"}}}

    assert [version(function, each, draw=lambda: 0.0) for each in ("live", "1", "$LATEST", "missing")] == [
        "live",
        "1",
        "$LATEST",
        "missing",
    ]
