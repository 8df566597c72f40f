"""Of the registry: numbers and complete versions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from chalicelib import layout
from chalicelib.ledger.stamp import Stamp
from chalicelib.registry.registry import PACKAGE, PRUNED
from lambdas.model.formats.all_formats import FORMATS
from tests.fakes.history import Effect
from tests.given.nights import GIVEN_UP
from tests.simulation.readings import documents_at, manifests
from tests.simulation.world import HAND, MODEL, World

A_DAY = timedelta(hours=24)
GIVEN_UP_OF_ANY_FORMAT = {*GIVEN_UP, *(each.file for each in FORMATS.values())}


def no_model_version_is_used_twice(world: World) -> None:
    claims: dict[int, str] = {}
    for effect, match, claim in documents_at(world, rf"{layout.versions(MODEL)}(\d+)/claim\.json"):
        number = int(match[1])
        assert number not in claims, f"model version {number} was claimed before: {effect}"
        claims[number] = claim["holder"]
    completed = Counter(number for _, number, _ in manifests(world))
    assert all(count == 1 for count in completed.values()), f"written twice: {completed}"
    for effect, number, manifest in manifests(world):
        assert manifest["run"] == claims[number], f"{claims[number]} had claimed {number}: {effect}"


def a_run_claims_one_number(world: World) -> None:
    """While it is going: a task that comes again after its run was ended may not know its own number any more."""
    over = {effect.subject: effect.index for effect in world.history.of("finish")}
    for effect, match, _ in documents_at(world, r"runs/([^/]+)/outcome\.json"):
        over.setdefault(match[1], effect.index)
    claimed: set[str] = set()
    for effect, _, claim in documents_at(world, rf"{layout.versions(MODEL)}(\d+)/claim\.json"):
        holder = claim["holder"]
        again = holder in claimed and effect.index < over.get(holder, effect.index + 1)
        assert not again, f"{holder} had claimed a number before: {effect}"
        claimed.add(holder)


def complete_versions_never_change(world: World) -> None:
    """But by pruning, first its mark, then the parts that it takes; and by hands."""
    held: dict[str, bytes | None] = {}
    completed = {number: effect.index for effect, number, _ in manifests(world)}
    for effect in _of_the_product(world, "put", "delete"):
        match = re.match(rf"{layout.versions(MODEL)}(\d+)/(.*)", effect.subject)
        body = effect.facts.get("body")
        if match and effect.index > completed.get(int(match[1]), effect.index) and match[2] != PRUNED:
            marked = held.get(layout.version(MODEL, int(match[1]), PRUNED)) is not None
            pruned = marked and effect.operation == "delete" and match[2] in GIVEN_UP_OF_ANY_FORMAT
            assert pruned or held[effect.subject] == body, f"a complete version changed: {effect}"
        held[effect.subject] = body


def an_object_keeps_the_split_that_it_was_first_given(world: World) -> None:
    """Under whatever recipe: a version is never judged on rows that it or another was trained on."""
    first: dict[tuple[str, str], object] = {}
    recorded: dict[int, set[tuple[str, str]]] = {}
    for effect, match, record in documents_at(world, rf"{layout.versions(MODEL)}(\d+)/splits\.json"):
        drawn = {(each["name"], each["etag"]): each for each in record}
        recorded[int(match[1])] = set(drawn)
        for identity, draw in drawn.items():
            assert first.setdefault(identity, draw) == draw, f"{identity} was split otherwise before: {effect}"
    for effect, number, manifest in manifests(world):
        missing = {(each["name"], each["etag"]) for each in manifest["data"]} - recorded[number]
        assert not missing, f"nobody knows how {missing} were split: {effect}"


def nothing_that_serves_is_pruned(world: World) -> None:
    """What has traffic, or had it until a day ago, keeps its package; and what was pruned gets no traffic."""
    left_at: dict[int, datetime] = {}
    serving: set[int] = set()
    gone: set[int] = set()
    for effect in _of_the_product(world, "create_alias", "update_alias", "delete"):
        if effect.operation == "delete":
            match = re.fullmatch(rf"{layout.versions(MODEL)}(\d+)/{re.escape(PACKAGE)}", effect.subject)
            if match:
                number = int(match[1])
                assert number not in serving, f"pruned while it served: {effect}"
                left = left_at.get(number)
                assert left is None or effect.at - left >= A_DAY, f"pruned, though it served at {left}: {effect}"
                gone.add(number)
            continue
        stamp = Stamp.parse(effect.facts["description"])
        assert stamp is not None
        now = {stamp.model_version, *([stamp.candidate] if stamp.candidate else [])}
        left_at |= dict.fromkeys(serving - now, effect.at)
        serving = now
        assert not serving & gone, f"moved to a version that was pruned: {effect}"


def _of_the_product(world: World, *operations: str) -> Iterator[Effect]:
    return (effect for effect in world.history.of(*operations) if effect.actor != HAND)


def no_package_is_published_twice(world: World) -> None:
    """For a world where no task comes twice at the same time: whoever tries again finds what was published.

    What a changed configuration makes useless is not looked for.
    """
    if any(world.history.of("configure")):
        return
    published = Counter(effect.facts["code_sha256"] for effect in world.history.of("publish"))
    assert all(count == 1 for count in published.values()), f"published more than once: {published}"
