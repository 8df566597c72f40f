"""The recipe that the project brings: what it reads, and what it demands of a model."""

from __future__ import annotations

from lambdas.recipes.kdd99_http import RECIPE


def test_features_are_numbers_from_zero() -> None:
    assert [(each.name, vars(each).get("minimum")) for each in RECIPE.columns] == [
        ("duration", 0),
        ("src_bytes", 0),
        ("dst_bytes", 0),
    ]


def test_five_kinds_of_attack_are_one_class() -> None:
    attacks = ("back.", "phf.", "satan.", "ipsweep.", "portsweep.")

    assert RECIPE.label == "label"
    assert RECIPE.classes == {"normal.": "normal", **dict.fromkeys(attacks, "attack")}
    assert RECIPE.positive == "attack"


def test_gate_demands_few_misses_fewer_false_alarms_and_enough_attacks_to_tell() -> None:
    assert [(each.metric, each.of, each.direction, each.bound) for each in RECIPE.thresholds] == [
        ("recall", "attack", ">=", 0.98),
        ("precision", "attack", ">=", 0.95),
        ("false_positive_rate", "attack", "<=", 0.001),
        ("support", "attack", ">=", 100),
    ]


def test_estimator_scales_and_then_weighs() -> None:
    assert [name for name, _ in RECIPE.estimator(RECIPE.positions).steps] == ["standardscaler", "logisticregression"]
