"""A function's size, whether Lambda takes it, and what would have to be left out."""

from __future__ import annotations

from workflows.packaging.archive import Package, pack
from workflows.packaging.layers import LAYERS_OF_TASK
from workflows.packaging.needs import Needs
from workflows.packaging.sizes import (
    UNZIPPED_LIMIT_BYTES,
    FunctionSize,
    Part,
    of_stage,
    parts,
    sizes,
)

MB = 1_000_000


def layer() -> Package:
    return pack({"python/numpy/a.py": b"12345", "python/numpy.libs/blas.so": b"123", "nightswap/numpy.json": b"{}"})


def function(**megabytes: int) -> FunctionSize:
    found = sorted((Part(name, size * MB) for name, size in megabytes.items()), key=lambda part: -part.size_bytes)
    return FunctionSize(function="train", layers=("a", "b"), parts=tuple(found))


def test_library_counts_with_the_shared_libraries_that_it_brings() -> None:
    assert parts(layer()) == (Part("numpy", 8), Part("nightswap", 2))


def test_function_is_its_code_and_its_layers() -> None:
    code = pack({"lambdas/train.py": b"1234"})

    train, other = sizes({"train": code, "other": code}, layers={"numpy": layer()}, layers_of={"train": ("numpy",)})

    assert (train.function, train.layers, train.size_bytes) == ("train", ("numpy",), 14)
    assert train.parts[0] == Part("numpy", 8)
    assert (other.layers, other.size_bytes) == ((), 4)


def test_stage_has_its_tasks_and_the_serving_function_of_each_model_with_the_layers_of_its_format() -> None:
    tasks, serving = pack({"lambdas/train.py": b"1234"}), pack({"serve/handler.py": b"12"})
    layers, needs = dict.fromkeys(("numpy", "pandas", "sklearn"), layer()), Needs(serving={"digits": ("numpy",)})

    found = {
        each.function: (each.layers, each.size_bytes)
        for each in of_stage(tasks, {"digits": serving, "loans": serving}, layers=layers, needs=needs)
    }

    assert found["train"] == (("numpy", "sklearn"), 4 + 2 * 10)
    assert found["the serving function of digits"] == (("numpy",), 2 + 10)
    assert found["the serving function of loans"] == ((), 2)
    assert {*LAYERS_OF_TASK} < found.keys()


def test_function_that_asks_an_endpoint_is_measured_without_the_layers_of_its_format() -> None:
    layers = dict.fromkeys(("numpy", "pandas", "sklearn"), layer())
    needs = Needs(serving={"digits": ("numpy",)}, endpoints=("digits",))

    found = of_stage(pack({}), {"digits": pack({"serve/handler.py": b"12"})}, layers=layers, needs=needs)

    assert [(each.layers, each.size_bytes) for each in found if "digits" in each.function] == [((), 2)]


def test_function_at_the_limit_fits() -> None:
    at_limit = FunctionSize(function="train", layers=(), parts=(Part("numpy", UNZIPPED_LIMIT_BYTES),))
    over = FunctionSize(function="train", layers=(), parts=(Part("numpy", UNZIPPED_LIMIT_BYTES + 1),))

    assert (at_limit.headroom_bytes, at_limit.to_go, at_limit.problem) == (0, (), None)
    assert (over.headroom_bytes, [part.name for part in over.to_go]) == (-1, ["numpy"])


def test_problem_names_the_largest_packages_that_would_have_to_go() -> None:
    problem = function(scipy=110, sklearn=90, pyarrow=160, numpy=50, six=1).problem

    assert problem == (
        "train is 411 MB unzipped with its layers, and Lambda takes 262 MB: it would fit without pyarrow (160 MB)"
    )
    assert function(scipy=200, pyarrow=300, numpy=100).to_go == (Part("pyarrow", 300 * MB), Part("scipy", 200 * MB))


def test_too_many_layers_are_a_problem() -> None:
    many = FunctionSize(function="train", layers=tuple("abcdef"), parts=())

    assert many.problem == "train has 6 layers, and Lambda takes 5: join some of them"
