"""Sets the limits of size: all that a caller, a recipe or a data set meets, and AWS's own.

The serving package stands alone, so `lambdas/serve` repeats the few that it needs; a test holds them equal. Whatever
is cut says so: `cutting` does it.
"""

from __future__ import annotations

# What may come in.
PREDICT_BODY_BYTES = 1_000_000
"""Of POST /predict: a thousand instances of forty columns are about that much."""
NPY_BODY_BYTES = 4_000_000
"""Of POST /predict with a .npy file: in Base64 it goes to the function, which takes LAMBDA_PAYLOAD_BYTES."""
BODY_BYTES = 10_000
"""Of every other route, whose bodies hold a few short fields."""
NESTING = 20
"""Levels of lists and objects in a body; the deepest that is asked for has three."""
NUMBER_CHARACTERS = 400
"""Of one number in JSON or in a query: the largest float written out has 309 digits."""
QUERY_PARAMETERS = 1_001
"""The columns of a recipe, and `model`."""
QUERY_CHARACTERS = 8_000
"""Of all names and values of a query: API Gateway takes 10,240 bytes of request line and headers."""
KEY_CHARACTERS = 256
"""Of an Idempotency-Key."""
REASON_CHARACTERS = 200
"""Of a reason, which goes into the ledger."""
RUN_CHARACTERS = 80
"""Of a run's name, as Step Functions has it."""
VERSION_DIGITS = 6
"""Of a model version, as the registry's keys have it."""

# What a recipe may ask for.
COLUMNS = 1_000
NAME_CHARACTERS = 100
"""Of a column."""
CLASSES = 100
CLASS_CHARACTERS = 60
"""Of a class's name, which every prediction spells twice."""
LABELS = 10_000
"""Raw labels in a recipe's table of classes."""
LEVELS = 100_000
"""Allowed categories of one column."""
THRESHOLDS = 200
TRIALS = 100
"""Of a search for the best parameters. All of them stand in the run's documents and in the manifest."""
TUNED_PARAMETERS = 20
"""Parameters that are searched at once. SageMaker takes 30."""
TUNED_VALUES, TUNED_CHARACTERS = 20, 60
"""Values of a parameter that is one of some, and characters of one that is a text."""
CATEGORY_CHARACTERS = 128
"""Of a category or a raw label: a table stores every cell of a column as wide as the longest."""
SERVING_MB_MIN, SERVING_MB_MAX = 128, 10_240
"""Of a serving function. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
SERVING_SECONDS_MAX = 60
"""Of one call of it: Replay waits for two of them, within its own time."""
PACKAGED_BYTES = 40_000_000
"""Of an artifact inside its package. Lambda takes 50 MB through its API, code and all; unzipped and with the layers
of a graph (35 MB) it takes 262 MB. So it is the first that binds.
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, "Deployment package size".
"""
GRAPH_BYTES = 250_000_000
"""Of a graph. One of more than PACKAGED_BYTES stays in the bucket, and its function copies it into the 512 MB of /tmp
that every function has. One of 240 MB was served."""

# What a data set may be.
OBJECTS = 10_000
"""Files of one data set: one a night for 27 years. A listing of so many takes ten calls."""
FILE_BYTES = 250_000_000
"""Of one file, unpacked. Preprocess has 1,769 MB, and rows and both parts of them take 3 times the bytes of a file
with long numbers, 10 times those of KDD Cup 99: a larger file would hardly ever fit."""
PART_DAYS = 90
"""From being written until a part goes that Preprocess keeps of read files."""
ROW_ANSWER_ROWS = 1_000_000
"""Of a holdout whose answers are kept row by row, for `nightswap backtest`."""
ROW_ANSWER_BYTES = 100_000_000
"""Of these answers before they are packed: a million rows of 5 classes, or half a million of 10."""
ROW_ANSWER_DAYS = 90
"""From being written until they go: as far as a backtest looks back unless it is told otherwise."""
HEADER_COLUMNS = 10_000
"""Fields of a file's header, those included that no recipe names."""

# What a batch may be.
BATCH_BYTES = 100_000_000
"""Of one file, unpacked: predict-batch holds it in its memory of 512 MB, packed and unpacked."""
BATCH_LINES = 2_000_000
"""Of one file: predict-batch has 890 s, and scored 6,000 rows of 3 columns a second on the local AWS of a shared
laptop core. A serving function of 512 MB has a third of a core."""
BATCH_SCORING_SECONDS = 700
"""As it is estimated beforehand: predict-batch has 890 s, and begins no call in its last 130."""
BATCH_RECORDS = 10_000
"""Of one chunk, which is written whole."""
BATCH_INSTANCES = 1_000
"""Of one call of a serving function, which takes no more."""
BATCH_REFUSED = 10_000
"""The most refused records of a batch: each costs a call."""
BATCH_DAYS = 7
"""From being written until a file below `batches/` goes."""
BATCH_KEY_CHARACTERS = 500
TRANSFORM_CHUNK_BYTES = 6_000_000
"""Of a chunk of a batch transform, whose records are at most BATCH_RECORDS: one request of 6 MB takes all of it."""
TRANSFORM_MINUTES = 2_880
"""The longest job: two days, far fewer than BATCH_DAYS, in which its chunks go."""

# What `nightswap serve` and the image take.
INFERENCE_BODY_BYTES = 6_291_456
"""Of POST /invocations: a batch transform of SageMaker sends 6 MB unless it is told otherwise.
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html, MaxPayloadInMB"""
INFERENCE_ROWS = 100_000
"""Of one request. SageMaker gives up after 60 s, and a row takes 10 to 600 microseconds."""
INFERENCE_HELD_BYTES = 268_435_456
"""Of all bodies that are read or scored at a time."""
INFERENCE_CONNECTIONS = 2_000
"""At a time: twice what the load tests of the field use. As many files have to be allowed to a process."""
INFERENCE_HEAD_SECONDS = 10
"""Until the line and the headers of a request are there."""
INFERENCE_BODY_SECONDS = 60
"""Until its body is there: SageMaker gives a whole request as much."""

IMPORT_BYTES = 250_000_000
"""Of a model's file that is imported, as of the graph that is made of it."""
IMPORT_TEXT_BYTES = 100_000_000
"""The same of a file of XGBoost, which spells a node with about 130 bytes, and a million is served at most."""

# What one of SageMaker's own algorithms gets.
BUILT_IN_FEATURES = 2_000
"""Of a row: each takes two bytes of its text at least."""
BUILT_IN_TEXT_BYTES = 2_000_000_000
"""Of all rows: Preprocess has 890 s, and wrote 5.6 MB a second on a shared laptop core."""

# What goes out.
MESSAGE_CHARACTERS = 2_000
"""Of an error's message and of each of its details. JSON may spell a character with twelve bytes, and with a stack
trace beside it all is still below CAUSE_CHARACTERS."""
TERMINAL_CHARACTERS = 20_000
"""Of a message that is read in a terminal alone, such as the end of a log."""
WORDS_CHARACTERS = 200
"""Of what another program said, such as scikit-learn: one line of it, quoted."""
LISTED_NAMES = 20
"""How many names a message lists."""
LISTED_MODELS = 100
"""How many models GET /models tells of."""
LISTED_VERSIONS = 50
"""How many versions GET /models/M/versions tells of, the newest."""

LISTED_LEVELS = 100
"""How many categories of a column GET /models/M tells of."""
LISTED_OBJECTS = 20
"""How many files of a version's data set the API tells of."""
ANSWER_BYTES = 3_000_000
"""Of a serving function's answer, which the API wraps in JSON once more: half of LAMBDA_PAYLOAD_BYTES."""

# What AWS takes, each with its source.
LAMBDA_PAYLOAD_BYTES = 6_291_456
"""A request or an answer. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
CAUSE_CHARACTERS = 32_768
ERROR_CHARACTERS = 256
"""https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html"""
STATE_BYTES = 262_144
"""A state's input or output. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"""
EVENT_BYTES = 262_144
"""https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html; SNS takes as much."""
SUBJECT_CHARACTERS = 100
"""https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"""
DESCRIPTION_CHARACTERS = 256
"""Of an alias. https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html"""
LOG_EVENT_BYTES = 262_144
"""https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html"""
