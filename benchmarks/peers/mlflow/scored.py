"""mlflow models serve and scikit-learn, as mlflow's documentation advises.

- The model is code of its own, a PythonModel saved by its file, where more is asked than scikit-learn's flavour does:
  here the validation, and the label beside the probabilities:
  https://mlflow.org/docs/latest/ml/model/models-from-code/
- save.py gives it a signature, by which the server checks columns and types:
  https://mlflow.org/docs/latest/ml/model/signatures/
- `mlflow models serve --env-manager local` serves the folder, with the environment that is there; one process, its
  default: https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally/
- Rows come as `dataframe_split`, the format that the page recommends.
- No line is logged for each request (UVICORN_ACCESS_LOG, of the server that it runs), because the contract server
  writes none either: https://www.uvicorn.org/settings/
"""

import joblib
import numpy as np
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel, PythonModelContext


class Connections(PythonModel):
    def load_context(self, context: PythonModelContext) -> None:
        self.model = joblib.load(context.artifacts["model"])

    def predict(self, context: PythonModelContext, model_input: pd.DataFrame) -> pd.DataFrame:
        del context  # the signature that mlflow asks for
        rows = model_input.to_numpy(dtype=np.float64)
        if not (np.isfinite(rows) & (rows >= 0)).all():
            raise MlflowException.invalid_parameter_value("a number is negative, or not finite")
        found = pd.DataFrame(self.model.predict_proba(rows), columns=self.model.classes_)
        return found.assign(label=found.idxmax(axis="columns"))


set_model(Connections())
