import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.definitions.checks.paths import PathError, fill, read, write

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
values = st.none() | st.booleans() | st.integers() | st.text()
contents = st.dictionaries(names, values)


@given(name=names, value=values, data=contents)
def test_what_is_written_at_a_path_is_read_there_and_the_rest_is_kept(
    name: str, value: object, data: dict[str, object]
) -> None:
    written = write(f"$.{name}", value, data)

    assert read(f"$.{name}", written) == read(f"$['{name}']", written) == value
    assert {key: written[key] for key in data if key != name} == {k: v for k, v in data.items() if k != name}


@given(steps=st.lists(names, min_size=1, max_size=4), value=values)
def test_path_of_any_depth_is_read(steps: list[str], value: object) -> None:
    data: object = value
    for step in reversed(steps):
        data = {step: data}

    assert read("$." + ".".join(steps), data) == value  # type: ignore[arg-type]


def test_null_keeps_the_data_and_a_bare_dollar_replaces_it() -> None:
    assert write(None, {"b": 2}, {"a": 1}) == {"a": 1}
    assert write("$", {"b": 2}, {"a": 1}) == {"b": 2}


@pytest.mark.parametrize("path", ["a", "$.", "$..a", "$.a[0]", "States.UUID()", "", 5, None])
def test_anything_but_a_plain_path_cannot_be_read(path: object) -> None:
    with pytest.raises(PathError, match="is no plain path"):
        read(path, {"a": [1]})


@pytest.mark.parametrize("path", ["$.a.b", "a", "$$.a", 5])
def test_result_goes_to_the_first_level_only(path: object) -> None:
    with pytest.raises(PathError, match=r"expected \$ or \$.name"):
        write(path, 1, {})


def test_template_is_filled_and_what_is_wrong_is_said() -> None:
    template = {"a.$": "$.x", "b": 1, "c": {"d.$": "$.missing", "e": "text"}, "f": "$.x"}

    filled, wrong = fill(template, {"x": "X"})

    assert filled == {"a": "X", "b": 1, "c": {"e": "text"}}
    assert wrong == [
        "c.d: nothing is at $.missing: missing is missing",
        "f: $.x is taken literally, for the key has no '.$'",
    ]
