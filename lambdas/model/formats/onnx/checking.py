"""Checks a graph that was trained elsewhere, before anything of it runs. Nothing of its file is trusted.

The versions are those that onnxruntime 1.32 takes; a test holds them against the one that is installed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from chalicelib.cutting import listed, quoted
from chalicelib.errors import ImportRefused, LayersMissing
from lambdas.model.formats.fitted import first_line

STANDARD = ""
"""The domain of ONNX's own operators; `ai.onnx` is another name of it."""
OPSETS = {STANDARD: (7, 28), "ai.onnx.ml": (1, 5)}
"""The oldest and the newest that onnxruntime promises to run."""
IR_VERSIONS = (3, 14)
"""Of the file's form."""
REPEATING = ("Loop",)
"""Scan and SequenceMap come to an end with what they go over."""
RANDOM = ("Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike")
SHOWN = 60
BEGINNINGS = {
    b"PK\x03\x04": "is an archive, as PyTorch and Keras save their models: load it there, and export it as ONNX,"
    " with torch.onnx.export or tf2onnx",
    b"\x89HDF": "is HDF5, as Keras saved its models: load it there, and export it as ONNX, with tf2onnx",
}
"""What other files begin with."""


def parsed(content: bytes) -> Any:
    """The file as a ModelProto, of operators that answer alike each time and come to an end.

    Raises ImportRefused, which says what to do; LayersMissing without onnx.
    """
    try:
        import onnx
        from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
    except ModuleNotFoundError as exc:
        raise LayersMissing(
            f"a file of ONNX is checked with {exc.name}, which is not here: run make setup-onnx on this machine, or"
            " nightswap deploy where Train lacks it",
            layers=["skl2onnx"],
        ) from exc

    for beginning, why in BEGINNINGS.items():
        if content.startswith(beginning):
            refused(why)
    try:
        model = onnx.load_model_from_string(content)
    except DecodeError as exc:
        raise ImportRefused("the file is no ONNX, or not all of one: save it again with onnx.save") from exc
    if not model.graph.node:
        refused("is no ONNX, or has no operators: save it again with onnx.save")
    if not _is_text(model):
        refused("has a name that is no UTF-8: save it again with onnx.save")
    _check_versions(model)
    _check_operators(model)
    _check_tables(model)
    try:
        onnx.checker.check_model(model)
    except (onnx.checker.ValidationError, ValueError) as exc:
        raise ImportRefused(f"the file is no valid ONNX: onnx.checker raises {first_line(exc)}") from exc
    return model


def _is_text(message: Any) -> bool:
    """Whether all texts in it are: protobuf gives others as bytes."""
    for kind, value in message.ListFields():
        several = value if kind.is_repeated else [value]
        if kind.type == kind.TYPE_STRING and not all(isinstance(each, str) for each in several):
            return False
        if kind.type == kind.TYPE_MESSAGE and not all(map(_is_text, several)):
            return False
    return True


def nodes(graph: Any) -> Iterator[Any]:
    """The operators, and those of the graphs inside of them."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                yield from nodes(inner)


def domain_of(told: Any) -> str:
    return STANDARD if told.domain == "ai.onnx" else str(told.domain)


def _check_versions(model: Any) -> None:
    oldest, newest = IR_VERSIONS
    if not oldest <= model.ir_version <= newest:
        refused(
            f"has IR version {model.ir_version}, and onnxruntime takes {oldest} to {newest}: save it with"
            f" model.ir_version = {10 if model.ir_version > newest else oldest}, or convert it anew"
        )
    for each in model.opset_import:
        name = each.domain or "ai.onnx"
        oldest, newest = OPSETS.get(domain_of(each), (each.version, each.version))
        if not oldest <= each.version <= newest:
            refused(
                f"has opset {each.version} of {name}, and onnxruntime runs {oldest} to {newest}: export it for one of"
                " these, or convert it with onnx.version_converter.convert_version"
            )


def _check_operators(model: Any) -> None:
    if model.functions:
        refused(
            f"defines operators of its own, such as {shown(model.functions[0].name)}: put what they do in their"
            " places, with onnx.inliner.inline_local_functions"
        )
    found = list(nodes(model.graph))
    strange = [node for node in found if domain_of(node) not in OPSETS]
    if strange:
        names = listed(sorted({f"{node.domain}.{node.op_type}" for node in strange}), most=5)
        refused(f"has operators that are not ONNX's own, which are not served: {names}. Export it without them")
    kinds = {node.op_type for node in found}
    for these, why in (
        (REPEATING, "repeats operators, perhaps without an end, by {}: export it without, for inputs of one shape"),
        (RANDOM, "draws random numbers by {}, and would not answer alike twice: export it without"),
    ):
        if kinds & {*these}:
            refused(why.format(listed(sorted(kinds & {*these}))))
    if any(map(_is_training, found)):
        refused("is as in training, so that its answers vary: call model.eval() before torch.onnx.export")


def _is_training(node: Any) -> bool:
    if node.op_type == "Dropout":
        return len(node.input) > 2 and bool(node.input[2])
    return node.op_type == "BatchNormalization" and any(
        each.name == "training_mode" and each.i for each in node.attribute
    )


def _check_tables(model: Any) -> None:
    from onnx import TensorProto

    for table in _tables(model.graph):
        if table.data_location == TensorProto.EXTERNAL or table.external_data:
            refused(
                f"keeps {shown(table.name)} in another file: save it as one, with external_data=False of"
                " torch.onnx.export, or onnx.save(onnx.load('model.onnx'), 'one.onnx')"
            )


def _tables(graph: Any) -> Iterator[Any]:
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    for node in graph.node:
        for attribute in node.attribute:
            yield from (attribute.t, *attribute.tensors)
            for sparse in (attribute.sparse_tensor, *attribute.sparse_tensors):
                yield from (sparse.values, sparse.indices)
            for inner in (attribute.g, *attribute.graphs):
                yield from _tables(inner)


def shown(value: Any) -> str:
    return quoted(str(value), SHOWN)


def dimensions(shape: Sequence[Any]) -> str:
    """
    >>> dimensions([None, 3])
    '[any, 3]'
    """
    return f"[{', '.join('any' if each is None else str(each) for each in shape)}]"


def refused(why: str) -> NoReturn:
    raise ImportRefused(f"the file {why}")
