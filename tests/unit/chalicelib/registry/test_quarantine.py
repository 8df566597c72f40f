from __future__ import annotations

from chalicelib.registry.quarantine import Quarantine, Quarantined
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL, content, outside
from tests.given.present import present


def put(night: FakeOutside, *, fingerprint: str = "data-1", model_version: int = 2, why: str = "it was ill") -> None:
    Quarantine(night.edges, MODEL).put(fingerprint, model_version=model_version, who="run-2", why=why)


def test_free_fingerprint_is_not_found(night: FakeOutside) -> None:
    put(night, fingerprint="data-2")

    assert Quarantine(night.edges, MODEL).find("data-1") is None


def test_quarantined_fingerprint_is_found_with_who_why_and_when(night: FakeOutside) -> None:
    put(night)

    assert Quarantine(night.edges, MODEL).find("data-1") == Quarantined(
        model=MODEL,
        model_version=2,
        fingerprint="data-1",
        who="run-2",
        why="it was ill",
        at="2026-11-21T03:00:00.000Z",
    )


def test_quarantine_of_an_earlier_release_is_read(night: FakeOutside) -> None:
    night.store.put(
        f"models/{MODEL}/quarantine/data-1.json",
        b'{\n "at": "2026-11-21T03:00:00.000Z",\n "fingerprint": "data-1",\n "model": "kdd99-http",\n'
        b' "model_version": 2,\n "who": "run-2",\n "why": "it was ill"\n}',
    )

    found = present(Quarantine(night.edges, MODEL).find("data-1"))

    assert (found.model_version, found.who, found.why) == (2, "run-2", "it was ill")


def test_quarantine_is_of_one_model() -> None:
    night = outside(MODEL, "other")
    put(night)

    assert Quarantine(night.edges, "other").find("data-1") is None


def test_first_reason_stands(night: FakeOutside) -> None:
    put(night)
    before = content(night)

    put(night, why="it was ill again")

    assert content(night) == before


def test_lifted_quarantine_is_gone_and_lifting_it_again_is_harmless(night: FakeOutside) -> None:
    put(night)

    for _ in range(2):
        Quarantine(night.edges, MODEL).lift("data-1")

    assert Quarantine(night.edges, MODEL).find("data-1") is None


def test_all_quarantined_versions_of_a_model_are_listed() -> None:
    night = outside(MODEL, "kdd99-http-2")
    put(night)
    put(night, fingerprint="data-2", model_version=5)
    Quarantine(night.edges, "kdd99-http-2").put("data-1", model_version=9, who="a", why="b")

    found = Quarantine(night.edges, MODEL).model_versions()

    assert {number: each.fingerprint for number, each in found.items()} == {2: "data-1", 5: "data-2"}


def test_quarantine_says_what_it_is_and_the_way_out(night: FakeOutside) -> None:
    put(night)
    found = present(Quarantine(night.edges, MODEL).find("data-1"))

    assert found.in_words() == (
        "data, recipe and code are those of model version 2, quarantined since 2026-11-21T03:00:00.000Z: it was ill;"
        f' change one of them, or nightswap promote 2 --model {MODEL} --lift-quarantine --reason "..."'
    )
