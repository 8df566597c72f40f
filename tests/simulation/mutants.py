"""Broken variants of the product, one for each safeguard: the simulation is worth what it finds of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """`text` occurs once in the file, and is replaced."""

    name: str
    file: str
    text: str
    by: str
    story: str | None = None
    """The one whose crash points show it, where hardly any other world does."""

    def apply(self, root: Path) -> None:
        """Break the copy of the product at `root`; raises ValueError when the text is not there once."""
        path = root / self.file
        source = path.read_text()
        if source.count(self.text) != 1:
            raise ValueError(f"{self.name}: its text occurs {source.count(self.text)} times in {self.file}: adapt it")
        path.write_text(source.replace(self.text, self.by))


MUTANTS = (
    Mutant(
        name="the RevisionId that was seen is not looked at",
        file="chalicelib/promotion/promotion.py",
        text="if not is_as_seen(edges, alias, move):",
        by="if False:",
    ),
    Mutant(
        name="an alias that is gone is made anew by whoever comes late",
        file="chalicelib/promotion/promotion.py",
        text="return Ledger(edges, move.model).next_entry() == move.next_entry",
        by="return True",
    ),
    Mutant(
        name="a champion whose alias is gone is not missed",
        file="chalicelib/registry/models.py",
        text="        if gone is not None:\n",
        by="        if False:\n",
    ),
    Mutant(
        name="a lost answer is taken for a lost race",
        file="chalicelib/promotion/promotion.py",
        text="    if not _done(alias, move):\n        if not is_as_seen(",
        by="    if True:\n        if not is_as_seen(",
    ),
    Mutant(
        name="the ledger is written before the alias is moved",
        file="chalicelib/promotion/promotion.py",
        text="    if alias is None:\n        return edges.functions.create_alias(",
        by="    wanted = Stamp.parse(description)\n"
        "    assert wanted is not None\n"
        "    Ledger(edges, move.model).append(wanted, weights=move.weights, known={})\n"
        "    if alias is None:\n        return edges.functions.create_alias(",
    ),
    Mutant(
        name="the entry of a dead mover is not written by the next",
        file="chalicelib/promotion/promotion.py",
        text="        Ledger(edges, move.model).repair(alias)\n",
        by="",
    ),
    Mutant(
        name="the lease is taken from the living",
        file="chalicelib/promotion/lease.py",
        text="if leased.holder == run or self._is_held(leased):",
        by="if leased.holder == run:",
    ),
    Mutant(
        name="anybody gives the lease back",
        file="chalicelib/promotion/lease.py",
        text="if found is None or Leased.read(found.body, key=self._key).holder != run:",
        by="if found is None:",
    ),
    Mutant(
        name="a swap is not committed to",
        file="chalicelib/promotion/commitment.py",
        text="return _decide(edges, run=move.run, what=what, judging=judging, move=move) is not None",
        by="return True",
    ),
    Mutant(
        name="a swap that was decided is not finished",
        file="chalicelib/promotion/fencing.py",
        text="    for swap in decided.swaps:\n",
        by="    for swap in ():\n",
        story="alias-gone-after-the-first-promotion",
    ),
    Mutant(
        name="a run that gives way makes its swap all the same",
        file="chalicelib/promotion/fencing.py",
        text="        if finishing or swap.expected is None:\n",
        by="        if True:\n",
        story="half-pinned-at-the-swap",
    ),
    Mutant(
        name="what the dead may still do is not fenced",
        file="chalicelib/promotion/fencing.py",
        text="    return shifted or alias.revision_id in {each.expected for each in decided}\n",
        by="    return False\n",
    ),
    Mutant(
        name="what an earlier try may still do is not fenced",
        file="chalicelib/promotion/fencing.py",
        text="        decided=[*decided.shifts, *decided.swaps],\n",
        by="        decided=[],\n",
    ),
    Mutant(
        name="weights of the dead stay",
        file="chalicelib/runs/cleanup.py",
        text="if is_current and alias and alias.weights and not _shifting(edges, alias, run=run):",
        by="if False:",
    ),
    Mutant(
        name="what was published is not looked for",
        file="chalicelib/registry/publishing.py",
        text="    version = _find(edges, model=model, wanted=wanted, serving_sha256=serving_sha256, layers=layers)\n",
        by="    version = None\n",
        story="first-promotion",
    ),
    Mutant(
        name="a run does not know its own claim",
        file="chalicelib/registry/registry.py",
        text="model_version=number) == run:\n            return number\n        if edges.store",
        by="model_version=number) is False:\n            return number\n        if edges.store",
    ),
    Mutant(
        name="the quarantine is not looked at",
        file="chalicelib/registry/quarantine.py",
        text="        return Quarantined.find(self._edges.store, self._key(fingerprint))\n",
        by="        return None\n",
    ),
    Mutant(
        name="the pin is not looked at",
        file="chalicelib/promotion/obstacles.py",
        text="    pinned = Pin(edges, model).find()\n",
        by="    pinned = None\n",
    ),
    Mutant(
        name="the replay's problems are passed over",
        file="chalicelib/promotion/proving.py",
        text="    if problems:\n",
        by="    if False:\n",
    ),
    Mutant(
        name="a version without rows to be asked for is let through",
        file="chalicelib/promotion/replaying.py",
        text="    unasked = None if candidate.rows else UNASKED\n",
        by="    unasked = None\n",
        story="no-rows",
    ),
    Mutant(
        name="what fails its replay locks its live twin",
        file="chalicelib/promotion/proving.py",
        text="    if not registry.is_twin(",
        by="    if True or registry.is_twin(",
        story="twin-fails-its-replay",
    ),
    Mutant(
        name="the canary's health is passed over",
        file="chalicelib/promotion/shift.py",
        text="        if health.problems:\n",
        by="        if False:\n",
    ),
    Mutant(
        name="a share does not wait for its newest minutes",
        file="chalicelib/promotion/shift.py",
        text="    if waits > timedelta():\n",
        by="    if False:\n",
    ),
    Mutant(
        name="a run judges as often as it likes",
        file="chalicelib/promotion/swap.py",
        text="if task.shift == 0 and task.judging == 1:",
        by="if task.shift == 0:",
    ),
    Mutant(
        name="an outcome is written over",
        file="chalicelib/runs/outcomes.py",
        text="if edges.store.put_if_absent(",
        by="if not edges.store.put(",
    ),
    Mutant(
        name="an operator's request is decided anew each time",
        file="chalicelib/interventions/carrying_out.py",
        text="    if stands is None:\n",
        by="    if True:\n        edges.store.delete(key)\n",
    ),
    Mutant(
        name="what an operator rolls back is not quarantined",
        file="chalicelib/interventions/carrying_out.py",
        text="    for number, fingerprint in decided.rolled_back.items():\n        Quarantine",
        by="    for number, fingerprint in ():\n        Quarantine",
    ),
    Mutant(
        name="what an operator promotes is not asked for an answer",
        file="chalicelib/interventions/fitness.py",
        text="    _check_answers(edges, judged, replaying.asking("
        "judged.manifest, function_version=holding, sample=sample))\n",
        by="",
    ),
    Mutant(
        name="what left live today is pruned",
        file="chalicelib/pruning/retention.py",
        text="LEFT_LIVE = timedelta(hours=24)",
        by="LEFT_LIVE = timedelta(hours=1)",
    ),
    Mutant(
        name="whatever is promoted becomes the anchor",
        file="chalicelib/promotion/swap.py",
        text="    return task.model_version if judged.anchor.advances else judged.anchor.model_version\n",
        by="    return task.model_version\n",
    ),
    Mutant(
        name="the anchor is the first version for ever",
        file="chalicelib/ledger/anchor.py",
        text="        if entry.anchor is not None:\n",
        by="        if False:\n",
    ),
    Mutant(
        name="the anchor is pruned",
        file="chalicelib/pruning/pruning_plan.py",
        text='    held |= dict.fromkeys(anchors, "the anchor: new models are compared with it")\n',
        by="",
    ),
    Mutant(
        name="what nobody took is never told",
        file="chalicelib/runs/cleanup.py",
        text="    delivery.catch_up(edges, model=model)\n",
        by="",
    ),
    Mutant(
        name="a notice counts as sent before it is",
        file="chalicelib/notices/delivery.py",
        text="    said = detail()\n",
        by='    edges.store.put(marker, b"{}")\n    said = detail()\n',
    ),
    Mutant(
        name="a version that nobody approved goes on",
        file="chalicelib/promotion/proving.py",
        text="    if approval is not None and not task.is_approved and",
        by="    if False and",
    ),
    Mutant(
        name="an approval overrules a rejection",
        file="chalicelib/approval/waiting.py",
        text="            is_it = stands.run == waiting.run and self.is_open(stands)\n",
        by="            is_it = stands.run == waiting.run\n",
    ),
    Mutant(
        name="a rejection whose author died is not completed",
        file="chalicelib/runs/cleanup.py",
        text="    if is_incomplete:\n",
        by="    if is_incomplete and decided.by == run:\n",
        story="nobody-approved",
    ),
    Mutant(
        name="what is approved replaces what it was not judged against",
        file="chalicelib/approval/refusals.py",
        text="    if outdated is not None:\n",
        by="    if False:\n",
    ),
    Mutant(
        name="an object is split anew each night",
        file="lambdas/splits.py",
        text="        return by_content or self.copies.get(etag) or self.copies.get(text) or self._by_name.get(name)",
        by="        return None",
    ),
)

OF_LOSSES = (
    Mutant(
        name="an alias that is gone is not made again",
        file="chalicelib/runs/cleanup.py",
        text="    back = _put_back(edges, run=run, model=model, step=promotion.BEFORE)\n",
        by="    back: list[str] = []\n",
    ),
    Mutant(
        name="the evidence is not looked at",
        file="chalicelib/evidence/evidence.py",
        text="    if kept == manifest:\n",
        by="    if True:\n",
    ),
)
"""Of the safeguards against losses and forgeries, which `test_lost_and_forged.py` is there for."""
