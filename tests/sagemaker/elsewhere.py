"""The command line of stage `local`, which finds the second engine beside the local AWS:

python -m tests.sagemaker.elsewhere ENGINE COMMAND...
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

from tests.sagemaker.stage import MOVED, NAMES
from workflows.cli.main import group, main
from workflows.cli.stage import Stage


@dataclass(frozen=True)
class Elsewhere(Stage):
    """`engine` is the address of Step Functions and SageMaker."""

    engine: str

    def reach(self) -> None:
        super().reach()
        os.environ.update(dict.fromkeys(MOVED, self.engine))


if __name__ == "__main__":
    _, engine, *arguments = sys.argv
    group.context_settings["obj"] = Elsewhere(NAMES.stage, engine)
    main(arguments)
