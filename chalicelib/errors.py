"""Every error that nightswap raises on purpose.

    NightswapError
    ├── TransientError          a service was busy or away: the state machine retries these leaves
    │   ├── StoreUnavailable, FunctionBusy, FunctionUnavailable
    │   └── MetricsUnavailable, NoticesUnavailable, ExecutionsUnavailable
    ├── DataError               the data set is not what its recipe says: a person has to look
    │   ├── DatasetEmpty, TooManyObjects, DatasetTooLarge, ObjectUnreadable, ObjectEmpty, ColumnMissing
    │   ├── ValueMissing, ValueUnparsable, ValueInfinite, ValueOutOfRange, ValueNotAllowed
    │   └── NameUndated, LabelUnknown, ClassSharesShifted, SingleClass, TooFewRows
    ├── Unexpected              a refusal of AWS, or a mistake of ours: its words are in the log
    ├── RecipeUnknown, RecipeInvalid, EstimatorUnsupported, TrainingFailed, ThresholdNotReached, ImportRefused
    ├── ArtifactInvalid, RegistryIncomplete, ServingChanged, LayersMissing, ServingTooSmall, EndpointFailed
    ├── ContractBroken, PackagingFailed, TransformFailed
    ├── SettingsInvalid, RenderingFailed, LocalAwsFailed, DeploymentFailed, CommandFailed, DiskFull, SampleUnavailable
    └── RequestError            a caller asked for something that cannot be: `status` is the HTTP status
        ├── BadRequest 400, RunUnknown 404, BatchUnknown 404, ModelUnknown 404, VersionUnknown 404
        ├── RequestConflict 409, VersionUnfit 409, BodyTooLarge 413, WrongContentType 415
        └── NoLiveModel 503, StackMissing 503, Busy 503, ServingFailed 503

The leaf names are a contract: Retry and Catch match the name alone. To rename a leaf is to change the state machine.
A message says what is wrong, where, and what to do, in our own words; it never carries a secret or a whole payload,
cut to `limits.MESSAGE_CHARACTERS`. Of another program's error the name goes on, of an estimator's one quoted line.
"""

from __future__ import annotations

from typing import Any

from chalicelib.cutting import bounded, cut
from chalicelib.limits import MESSAGE_CHARACTERS, TERMINAL_CHARACTERS


class NightswapError(Exception):
    """The base of all; `details` are the facts of the message in a form that a program can read."""

    status, characters = 500, MESSAGE_CHARACTERS

    def __init_subclass__(cls, *, status: int | None = None, characters: int | None = None) -> None:
        cls.status = cls.status if status is None else status
        cls.characters = cls.characters if characters is None else characters

    def __init__(self, message: str, **details: Any) -> None:
        self.message = cut(message, self.characters)
        super().__init__(self.message)
        self.details = {name: bounded(value) for name, value in details.items()}


class TransientError(NightswapError, status=503):
    """Worth another try."""


class StoreUnavailable(TransientError):
    """S3 throttled the call or did not answer it."""


class FunctionBusy(TransientError):
    """Lambda is still busy with an earlier update of the function, or a version of it is not Active in time."""


class FunctionUnavailable(TransientError):
    """Lambda throttled the call or did not answer it, or others moved the alias again and again."""


class MetricsUnavailable(TransientError):
    """CloudWatch throttled the call or did not answer it."""


class NoticesUnavailable(TransientError):
    """SNS or EventBridge throttled the call or did not answer it."""


class ExecutionsUnavailable(TransientError):
    """Step Functions, or SageMaker of a job or an endpoint, throttled the call or did not answer it."""


class DataError(NightswapError):
    """The data set breaks its recipe's description; the message names object, row, column and value."""


class DatasetEmpty(DataError):
    """No object lies below the data set's prefix."""


class TooManyObjects(DataError):
    """More objects lie below the data set's prefix than one run reads."""


class DatasetTooLarge(DataError):
    """Its rows do not fit into the memory of a task."""


class ObjectUnreadable(DataError):
    """Not a CSV file, not UTF-8, larger than a run reads, or a gzip file that is empty, truncated or corrupt."""


class ObjectEmpty(DataError):
    """A file with a header and no row."""


class ColumnMissing(DataError):
    """A column of the recipe is not in the file's header."""


class NameUndated(DataError):
    """A file whose name does not tell its night, of a recipe that asks for it."""


class ValueMissing(DataError):
    """An empty cell."""


class ValueUnparsable(DataError):
    """A cell of a numeric column that is not a number, or of a column of dates that is no date."""


class ValueInfinite(DataError):
    """A cell of a numeric column that is infinite."""


class ValueOutOfRange(DataError):
    """A number outside the column's declared range, or too large to compute with."""


class ValueNotAllowed(DataError):
    """A category outside the column's declared values."""


class LabelUnknown(DataError):
    """A label that the recipe's table of classes does not hold."""


class ClassSharesShifted(DataError):
    """The bad rows that a recipe tolerates are mostly of one class, which would become rarer without them."""


class SingleClass(DataError):
    """The whole data set holds one class."""


class TooFewRows(DataError):
    """No row of a class, that the gate asks for, is left to train on or to hold out."""


class Unexpected(NightswapError):
    """An error that nightswap did not raise itself. The message names its class alone; the log has its words."""


class RecipeUnknown(NightswapError):
    """No recipe of that name."""


class RecipeInvalid(NightswapError):
    """A recipe contradicts itself, has a field of a wrong type, or its file cannot be loaded."""


class EstimatorUnsupported(NightswapError):
    """The estimator has no exact form in the artifact format, or one that is too large to be served."""


class TrainingFailed(NightswapError):
    """The estimator raised while it was fitted, or the training job that was to fit it gave no model."""


class ThresholdNotReached(NightswapError):
    """No threshold gives what the recipe asks of it, on the rows that cross-validation holds out of training."""


class ImportRefused(NightswapError):
    """A model's file that was brought along cannot be read, or is no model of its recipe."""


class ArtifactInvalid(NightswapError):
    """An artifact of an unknown format, or one whose checksum is not the recorded one."""


class RegistryIncomplete(NightswapError, status=503):
    """The registry lacks a part that something points to, contradicts itself, or has a damaged document."""


class ServingChanged(NightswapError):
    """The serving function's configuration is no longer the one that was judged."""


class LayersMissing(NightswapError, status=409):
    """The serving function was deployed without layers that the model's artifact needs."""


class ServingTooSmall(NightswapError, status=409):
    """The serving function has too little memory or time to open an artifact that it reads from the bucket."""


class EndpointFailed(NightswapError):
    """SageMaker did not make the endpoint of a version, or it did not become healthy."""


class TransformFailed(NightswapError):
    """SageMaker did not start the transform job of a batch, or ended it early, or it took too long and was stopped;
    `problem` of the details tells the cases apart."""


class ContractBroken(NightswapError):
    """A payload lacks a field, or has one too many."""


class SettingsInvalid(NightswapError):
    """Environment variables that are missing or wrong; the message lists them all."""


class RenderingFailed(NightswapError, characters=TERMINAL_CHARACTERS):
    """The state machine could not be rendered from its source."""


class LocalAwsFailed(NightswapError, characters=TERMINAL_CHARACTERS):
    """The local AWS did not come up, or runs already; the message has the end of its log and what to do."""


class DeploymentFailed(NightswapError, characters=TERMINAL_CHARACTERS):
    """A stage could not be deployed; details name what stands in the way."""


class PackagingFailed(NightswapError):
    """A package could not be built; `problem` of the details tells the cases apart."""


class CommandFailed(NightswapError):
    """A command cannot do what it was asked; the message says what to do instead."""


class DiskFull(NightswapError):
    """The local AWS has no room left to write; the message names its folder."""


class SampleUnavailable(NightswapError):
    """The archive of the sample data cannot be fetched, or what came is not that archive."""


class RequestError(NightswapError, status=400):
    """The caller's request cannot be carried out."""


class BadRequest(RequestError, status=400):
    """The request is malformed; details name the field and the accepted form."""


class RunUnknown(RequestError, status=404):
    """No run of that name."""


class BatchUnknown(RequestError, status=404):
    """No batch of that name, or none any more."""


class ModelUnknown(RequestError, status=404):
    """No model of that name; details list the known ones."""


class VersionUnknown(RequestError, status=404):
    """No such model version."""


class RequestConflict(RequestError, status=409):
    """The idempotency key was used for another request, or what is asked for is overtaken or held by another's."""


class VersionUnfit(RequestError, status=409):
    """The version cannot be made live: it is quarantined, was pruned, or is not what the registry says."""


class BodyTooLarge(RequestError, status=413):
    """The request's body is over the limit."""


class WrongContentType(RequestError, status=415):
    """The request's content type is not accepted."""


class NoLiveModel(RequestError, status=503):
    """The model has not been promoted yet."""


class StackMissing(RequestError, status=503):
    """The stage's stacks do not exist."""


class Busy(RequestError, status=503):
    """The serving function is throttled or not answering; try again."""


class ServingFailed(RequestError, status=503):
    """A function of the stage itself failed: what serves (the live version, or a candidate), or move-alias."""


def leaves(base: type[NightswapError] = NightswapError) -> tuple[str, ...]:
    """The names of all leaf classes below `base`, in alphabetical order.

    >>> leaves(TransientError)[:3]
    ('ExecutionsUnavailable', 'FunctionBusy', 'FunctionUnavailable')
    """
    return tuple(sorted(name for each in base.__subclasses__() for name in leaves(each))) or (base.__name__,)
