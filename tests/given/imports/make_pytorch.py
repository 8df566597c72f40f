"""Makes a small network of three classes in PyTorch, as an ONNX file: run it to make it anew.

    python3 -m venv /tmp/torch; /tmp/torch/bin/pip install torch==2.9.1 onnx==1.23.2 onnxscript numpy
    /tmp/torch/bin/python tests/given/imports/make_pytorch.py

Its environment is no part of the project's. The file is what torch.onnx.export writes, without the paths of the
machine that it notes beside each operator; it answers with scores, as networks do that are trained with
CrossEntropyLoss. network.answers.json has rows, PyTorch's own probabilities for them, as it writes 32-bit floats, and
its labels.
"""

from __future__ import annotations

import json
import pathlib
import sys

import numpy as np
import onnx
import torch  # type: ignore[import-not-found]  # its environment is no part of the project's

HERE = pathlib.Path(__file__).parent
ROWS, CLASSES, COLUMNS = 1500, 3, 3
ANSWERED, STEPS = 300, 200

torch.manual_seed(0)
torch.set_num_threads(1)
rng = np.random.default_rng(1)
X = rng.normal(size=(ROWS, COLUMNS)).astype(np.float32)
score = X[:, 0] - np.abs(X[:, 1]) + rng.normal(scale=0.5, size=ROWS)
y = torch.tensor(np.digitize(score, np.quantile(score, np.arange(1, CLASSES) / CLASSES)))

network = torch.nn.Sequential(
    torch.nn.Linear(COLUMNS, 8), torch.nn.ReLU(), torch.nn.Dropout(0.1), torch.nn.Linear(8, CLASSES)
)
optimizer = torch.optim.Adam(network.parameters(), lr=0.02)
for _ in range(STEPS):
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(network(torch.tensor(X)), y).backward()
    optimizer.step()

network.eval()
file = HERE / "network.onnx"
torch.onnx.export(
    network,
    (torch.zeros(2, COLUMNS),),
    str(file),
    input_names=["rows"],
    output_names=["scores"],
    dynamic_shapes=({0: torch.export.Dim("n")},),
    external_data=False,
)
made = onnx.load(file)
for node in made.graph.node:
    node.ClearField("metadata_props")
onnx.save(made, file)
new = np.random.default_rng(2).normal(scale=2.0, size=(ANSWERED, COLUMNS)).astype(np.float32)
with torch.no_grad():
    shares = torch.softmax(network(torch.tensor(new)), dim=1).numpy()
told = {
    "pytorch": torch.__version__,
    "rows": [[float(str(value)) for value in row] for row in new],
    "probabilities": [[float(str(share)) for share in row] for row in shares],
    "labels": shares.argmax(axis=1).tolist(),
}
(HERE / "network.answers.json").write_text(json.dumps(told, separators=(",", ":")))
sys.stdout.write(f"made with PyTorch {torch.__version__}: {file.stat().st_size} bytes\n")
