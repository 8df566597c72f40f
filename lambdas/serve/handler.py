"""The serving Lambda function: takes an event, returns predictions or a refusal.

    {"query": {"duration": ["0"], ...}}     one instance, as the texts of a query string
    {"instances": [{"duration": 0, ...}]}   up to INSTANCES_MAX instances, or as many as fit an answer
    {"npy": "k05VTVBZ..."}                  the same as a .npy file of their numbers, in Base64
    {..., "why": 3}                         beside them: the 3 columns that moved each prediction most
    {"warm": true}                          wakes the environment, scores nothing; tells which artifact it holds

Every answer is `{"status": ..., "body": ..., "init_ms": ...}`, with how long the start took of a process that answers
for the first time, else 0. Predictions may come with `warnings`: what the model took in the place of what an instance
says, or does not say. A refusal is an answer too: an exception would count as a fault of the model, reach canary and
alarms, and end the warm environment. So it raises for one reason only: the package is broken.
"""

# ruff: noqa: PTH123 - to load pathlib would take a tenth of a cold start

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from importlib import import_module

from . import labels
from .refusal import Refused
from .schema import ModelInvalid, Noted, Row
from .values import TYPE_CHECKING, Value

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from .scorer import Scorer

    Left = Callable[[], float] | None
    """How many milliseconds the function has, as Lambda's context tells them; None where no time is set."""


INSTANCES_MAX = 1000
ANSWER_BYTES = 3_000_000
"""The most bytes of an answer, as in `chalicelib.limits`: Lambda returns 6 MB, and the API wraps it in JSON again."""
EVENTS = '{"query": {...}}, {"instances": [...]}, {"npy": "..."} or {"warm": true}'

BYTES_OF_OPENSSL = 1_000_000
"""An artifact of more is hashed by OpenSSL; one of trees, which are read where they lie, is mapped and not copied."""
FORMATS = ("scorecard", "trees", "onnx")
"""The artifact formats: modules beside this one whose `read` makes a Scorer of bytes, or raises ModelInvalid."""


def _readers() -> Iterator[tuple[str, Callable[[bytes], Scorer]]]:
    for name in FORMATS:
        try:
            yield name, import_module(f".{name}", __package__).read
        except ModuleNotFoundError as exc:  # a package holds only the module of its own format
            if exc.name != f"{__package__}.{name}":
                raise


READERS: Mapping[str, Callable[[bytes], Scorer]] = dict(_readers())


class PackageBroken(Exception):
    """The package lacks its model, or its model is not the one that its manifest names."""


def handler(event: object, context: object) -> dict[str, object]:
    """Lambda calls it."""
    service = open_package(__file__.rpartition("/serve/")[0])
    init_ms = STARTED_MS.pop() if STARTED_MS else 0
    if isinstance(event, dict) and "requestContext" in event:
        from .seldom.direct import answered

        return answered(service, event, context, init_ms=init_ms)
    return {**told(service, event, context), "init_ms": init_ms}


def since_start_ms(told: str = "/proc/self/stat") -> int:
    """Since this process began, to 10 ms; where the system does not tell, what it has used of a processor since."""
    try:
        with open(told) as opened:
            ticks = int(opened.read().rpartition(")")[2].split()[19])
    except OSError:
        return max(1, round(1000 * time.process_time()))
    return max(1, round(1000 * (time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / TICKS_A_SECOND)))


TICKS_A_SECOND = 100
"""Of Linux, in which it tells when a process began. Source: proc(5), starttime, and sysconf(3), _SC_CLK_TCK."""
STARTED_MS = [since_start_ms()]
"""Empty after the first answer. What follows the import, as the reading of the model, belongs to that answer."""


def told(service: Service, event: object, context: object) -> dict[str, object]:
    """The answer; the labels of one that a client asked for by the alias are logged."""
    answer = service.answer(event, left_ms=getattr(context, "get_remaining_time_in_millis", None))
    for line in labels.lines(answer, context, named=service.named):
        sys.stderr.write(line)
    return answer


class Service(Value):
    """A loaded package."""

    scorer: Scorer
    model: str
    model_version: int
    artifact_sha256: str
    """In hexadecimal, of the artifact as it was read."""
    format: str

    @cached_property
    def instances_max(self) -> int:
        """INSTANCES_MAX, or as many as fit the answer, where classes are many or their names long."""
        return self.instances_max_with(0)

    def instances_max_with(self, most: int) -> int:
        """The same where each prediction tells the columns that moved it most."""
        from .seldom.several import prediction_bytes

        return min(INSTANCES_MAX, ANSWER_BYTES // prediction_bytes(self.scorer, most=most))

    def answer(self, event: object, *, left_ms: Left = None) -> dict[str, object]:
        """Status and body; never raises, whatever JSON the event is."""
        try:
            names = {"model": self.model, "model_version": self.model_version}
            return {"status": 200, "body": {**names, **self._body(event, left_ms)}}
        except Refused as refused:
            return refused.answer()

    @cached_property
    def named(self) -> Sequence[str]:
        """The labels that the log counts by their names."""
        return labels.by_name(self.scorer.classes)

    def _body(self, event: object, left_ms: Left) -> dict[str, object]:
        asked = event if isinstance(event, dict) else {}
        beside = len(asked) - 1
        if "instances" in asked and beside == ("why" in asked):
            return self._predictions(asked["instances"], most=_most(asked), left_ms=left_ms)
        if "npy" in asked and beside == ("why" in asked):
            return self._of_npy(asked["npy"], most=_most(asked), left_ms=left_ms)
        if "query" in asked and not beside:
            return self._asked(asked["query"])
        if asked.get("warm") is True and not beside:
            return {"warm": True, "artifact_sha256": self.artifact_sha256, "format": self.format}
        raise Refused("EventMalformed", "the event is not one of the accepted forms", accepted=EVENTS)

    def _asked(self, query: object) -> dict[str, object]:
        """A model's own column of that name is a feature."""
        schema, most = self.scorer.schema, 0
        if isinstance(query, dict) and "why" in query and "why" not in schema.names:
            most = _most(query)
            query = {name: texts for name, texts in query.items() if name != "why"}
        noted: Noted = []
        row = schema.read_query(query, noted)
        return _answer([self.prediction(row, self.scorer.score(row), most=most)], {None: noted} if noted else {})

    def _of_npy(self, file: object, *, most: int, left_ms: Left) -> dict[str, object]:
        from .seldom import npy  # here, because few requests have one

        at_most = self.instances_max_with(most) if most else self.instances_max
        instances = npy.instances(file, self.scorer.schema, at_most=at_most)
        return self._predictions(instances, most=most, left_ms=left_ms)

    def _predictions(self, instances: object, *, most: int, left_ms: Left) -> dict[str, object]:
        from .seldom import several  # here, because most requests are queries

        instances = several.checked(instances, self.instances_max_with(most) if most else self.instances_max)
        noted: dict[int | None, Noted] = {}
        if len(instances) == 1:
            return _answer([self._only(instances[0], noted, most=most)], noted)
        predictions = several.predictions(self, instances, noted, most=most)
        if left_ms is not None:
            predictions = several.in_time(predictions, of=len(instances), left_ms=left_ms)
        return _answer([*predictions], noted)

    def _only(self, instance: object, noted: dict[int | None, Noted], *, most: int) -> dict[str, object]:
        here: Noted = []
        try:
            row = self.scorer.schema.read(instance, here)
            if here:
                noted[0] = here
            return self.prediction(row, self.scorer.score(row), most=most)
        except Refused as refused:
            refused.instance = 0
            raise

    def prediction(self, row: Row, scored: tuple[str, Sequence[float]], *, most: int) -> dict[str, object]:
        """Of a row and its score; raises Refused where that is not finite."""
        label, probabilities = scored
        by_class = dict(zip(self.scorer.classes, probabilities, strict=True))
        if not math.isfinite(sum(probabilities)):
            from .seldom.unscored import refusal

            raise refusal(self.scorer, row)
        if self.scorer.schema.operating_point is not None:
            label = self.scorer.schema.operating_point.label(by_class)
        prediction = {"label": label, "probability": by_class[label], "probabilities": by_class}
        if not most:
            return prediction
        from .seldom.why.lead import of_row

        return {**prediction, "why": of_row(self.scorer, row, label=label, most=most)}


def _most(asked: Mapping[str, object]) -> int:
    """How many columns the caller asks for; 0 where he does not ask."""
    if "why" not in asked:
        return 0
    from .seldom.why.lead import most_in

    return most_in(asked["why"])


def _answer(predictions: list[dict[str, object]], noted: Mapping[int | None, Noted]) -> dict[str, object]:
    if not noted:
        return {"predictions": predictions}
    from .seldom.warned import warnings  # imported here, because most requests need none

    return {"predictions": predictions, "warnings": warnings(noted)}


@cache
def open_package(folder: str | Path) -> Service:
    """Read the model and the manifest that lie beside the code, once; raises PackageBroken, ArtifactUnread."""
    try:
        manifest = json.loads(_content(f"{folder}/manifest.json"))
        return _service(*_artifact(f"{folder}/{manifest['artifact_file']}", manifest), manifest=manifest)
    except ModelInvalid as exc:
        raise PackageBroken(f"the package in {folder} cannot be opened: {exc}") from exc
    except (OSError, ImportError, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise PackageBroken(f"the package in {folder} cannot be opened: {type(exc).__name__}") from exc


def _artifact(file: str, manifest: Mapping[str, Any]) -> tuple[bytes, str]:
    """With its SHA-256."""
    if "stored" in manifest:
        from .seldom.stored import brought  # here, because few artifacts are too large for their package

        return brought(file, manifest)
    content = _content(file, is_mapped=manifest["format"] == "trees")
    return content, _sha256(content)


def _content(file: str, *, is_mapped: bool = False) -> bytes:
    with open(file, "rb") as opened:
        if is_mapped and opened.seek(0, 2) > BYTES_OF_OPENSSL:
            mmap = import_module("mmap")
            return mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)  # type: ignore[no-any-return]
        opened.seek(0)
        return opened.read()


def _sha256(content: bytes) -> str:
    """In hexadecimal. hashlib loads OpenSSL, which takes 2 ms, and then takes a sixth of the time for each byte."""
    if len(content) > BYTES_OF_OPENSSL:
        from hashlib import sha256
    else:
        sha256 = import_module("_sha2" if sys.version_info >= (3, 12) else "_sha256").sha256
    return str(sha256(content).hexdigest())


def _service(artifact: bytes, checksum: str, *, manifest: Mapping[str, Any]) -> Service:
    if checksum != manifest["artifact_sha256"]:
        raise PackageBroken(f"the artifact has SHA-256 {checksum}, its manifest says {manifest['artifact_sha256']}")
    kind = manifest["format"]
    if kind not in READERS:
        raise PackageBroken(f"the manifest says format {kind!r}: expected one of {sorted(READERS)}")
    scorer = READERS[kind](artifact)
    if scorer.schema.operating_point is not None:
        scorer.schema.operating_point.other(scorer.classes)  # raises: broken
    version = {name: manifest[name] for name in ("model", "model_version")}
    return Service(scorer=scorer, artifact_sha256=checksum, format=kind, **version)
