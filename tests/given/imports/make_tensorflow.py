"""Makes the logistic regression of KDD Cup 99's http connections in TensorFlow, as ONNX: run it to make it anew.

    python3 -m venv /tmp/tf; /tmp/tf/bin/pip install tensorflow-cpu==2.21.0 tf2onnx==1.17.0 onnx==1.23.2
    /tmp/tf/bin/python tests/given/imports/make_tensorflow.py DATA/kdd_http.csv.gz

Its environment is no part of the project's. TensorFlow trains, and tf2onnx converts. logistic.answers.json has the
confusion matrix that TensorFlow itself gives for the whole file, and its probabilities for the first rows of each
class.
"""

from __future__ import annotations

import csv
import gzip
import json
import pathlib
import sys

import numpy as np
import onnx
import tensorflow as tf  # type: ignore[import-untyped]  # its environment is no part of the project's
import tf2onnx  # type: ignore[import-not-found]  # nor this

HERE = pathlib.Path(__file__).parent
COLUMNS = ("duration", "src_bytes", "dst_bytes")
OPSET = 17
SHOWN = 100
HALF = 0.5

tf.keras.utils.set_random_seed(0)
with gzip.open(sys.argv[1], "rt") as opened:
    rows = list(csv.DictReader(opened))
X = np.array([[float(row[name]) for name in COLUMNS] for row in rows], dtype=np.float32)
y = np.array([row["label"] != "normal." for row in rows], dtype=np.float32)
centre, scale = X.mean(axis=0), X.std(axis=0)

inputs = tf.keras.Input((len(COLUMNS),))
scaled = tf.keras.layers.Rescaling(1 / scale, -centre / scale)(inputs)
model = tf.keras.Model(inputs, tf.keras.layers.Dense(1, activation="sigmoid", name="logistic")(scaled))
model.compile(tf.keras.optimizers.Adam(0.05), "binary_crossentropy")
model.fit(X, y, batch_size=8192, epochs=12, verbose=0)
shares = model.predict(X, batch_size=65536, verbose=0)[:, 0]

made, _ = tf2onnx.convert.from_keras(model, opset=OPSET)
made.metadata_props.add(key="columns", value=",".join(COLUMNS))
onnx.checker.check_model(made)
(HERE / "logistic.onnx").write_bytes(made.SerializeToString())

said = shares > HALF
matrix = [[int(((y == true) & (said == answer)).sum()) for answer in (0, 1)] for true in (0, 1)]
chosen = np.concatenate([np.flatnonzero(y == 0)[:SHOWN], np.flatnonzero(y == 1)[:SHOWN]])
told = {
    "tensorflow": tf.__version__,
    "rows": X[chosen].tolist(),
    "probabilities": [float(str(share)) for share in shares[chosen]],
    "matrix": matrix,
}
(HERE / "logistic.answers.json").write_text(json.dumps(told, separators=(",", ":")))
sys.stdout.write(f"made with TensorFlow {tf.__version__}: {matrix}\n")
