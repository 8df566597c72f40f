"""MLServer and scikit-learn, as MLServer's documentation advises.

- Its runtime for scikit-learn, with the model from joblib beside model-settings.json:
  https://docs.seldon.ai/mlserver/runtimes/sklearn
- A runtime of one's own, a class with `predict`, where more is asked than that: here the validation, and the label
  beside the probabilities: https://docs.seldon.ai/mlserver/user-guide/custom
- Each column is a named input of the V2 inference protocol, of type FP64, decoded by MLServer's codec:
  https://docs.seldon.ai/mlserver/user-guide/content-type
- One process that scores, its default (`parallel_workers`), beside the one that takes the requests; and once more
  without it, as the page has it too: https://docs.seldon.ai/mlserver/user-guide/parallel-inference
- `debug` is false in settings.json, so no line is logged for each request, as the contract server writes none either;
  the ports of gRPC and metrics cannot be left out: https://docs.seldon.ai/mlserver/api-reference/settings
- `mlserver start FOLDER` runs it: https://docs.seldon.ai/mlserver/getting-started
"""

import numpy as np
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.errors import InferenceError
from mlserver.types import InferenceRequest, InferenceResponse
from mlserver_sklearn import SKLearnModel

COLUMNS = ("duration", "src_bytes", "dst_bytes")


class Connections(SKLearnModel):
    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        rows = self._rows(payload)
        found = self._model.predict_proba(rows)
        labels = self._model.classes_[found.argmax(axis=1)].tolist()
        return InferenceResponse(
            model_name=self.name,
            model_version=self.version,
            outputs=[
                StringCodec.encode_output("label", labels),
                NumpyCodec.encode_output("probabilities", found),
            ],
        )

    def _rows(self, payload: InferenceRequest) -> np.ndarray:
        given = {each.name: each for each in payload.inputs}
        if set(given) != set(COLUMNS) or any(each.datatype != "FP64" for each in payload.inputs):
            raise InferenceError(f"the inputs are {', '.join(COLUMNS)}, each of type FP64")
        try:
            rows = np.column_stack([NumpyCodec.decode_input(given[name]) for name in COLUMNS])
        except (TypeError, ValueError) as exc:
            raise InferenceError(f"an input is no column of numbers: {exc}") from exc
        if not (np.isfinite(rows) & (rows >= 0)).all():
            raise InferenceError("a number is negative, or not finite")
        return rows
