"""Makes the models of XGBoost as the image of SageMaker 3.0-5 makes them: of the text, by its reader, with its save.

    python3 -m venv /tmp/xgb; /tmp/xgb/bin/pip install xgboost-cpu==3.0.5
    /tmp/xgb/bin/python tests/given/sagemaker_models/make_xgboost.py

Its environment is no part of the project's. In each folder there are `rows.csv`, which the project wrote, the model,
and what XGBoost itself answers for the rows. Source: algorithm_mode/train.py and data_utils.py of
https://github.com/aws/sagemaker-xgboost-container
"""

from __future__ import annotations

import json
from pathlib import Path

import xgboost  # type: ignore[import-not-found]  # its environment is no part of the project's

ROUNDS = 12

for folder in Path(__file__).parent.glob("*-classes"):
    classes = int(folder.name.partition("-")[0])
    of_several = {"objective": "multi:softprob", "num_class": classes}
    told = {"max_depth": 3, **({"objective": "binary:logistic"} if classes == 2 else of_several)}
    rows = xgboost.DMatrix(f"{folder / 'rows.csv'}?format=csv&label_column=0&delimiter=,")
    model = xgboost.train(told, rows, num_boost_round=ROUNDS)
    model.save_model(folder / "xgboost-model")
    (folder / "answers.json").write_text(json.dumps(model.predict(rows).astype(float).tolist()), "utf-8")
