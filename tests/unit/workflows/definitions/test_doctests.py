import doctest
from types import ModuleType

import pytest

from workflows.definitions import functions
from workflows.definitions.checks import integrations, paths, samples


@pytest.mark.parametrize("module", [functions, integrations, paths, samples], ids=lambda module: module.__name__)
def test_examples_in_the_docstrings_hold(module: ModuleType) -> None:
    failed, tried = doctest.testmod(module)

    assert (failed, tried > 0) == (0, True)
