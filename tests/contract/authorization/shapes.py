"""Whether a policy's pattern of ARNs can match an ARN of a type, as the Service Authorization Reference writes it."""

from __future__ import annotations

import re
from functools import cache

WITH_SLASHES = {
    *("LogGroupName", "ObjectName", "ParameterNameWithoutLeadingSlash", "RoleNameWithPath", "UserNameWithPath"),
    *("GroupNameWithPath", "LogStreamName"),
}
"""The names that may have a slash in them. None has a colon but an object's key."""
PLACEHOLDER = re.compile(r"(\$\{\w+\})")


def meets(pattern: str, shape: str) -> bool:
    """Whether an ARN of this shape matches the pattern.

    >>> meets("arn:aws:logs:eu-west-1:1:log-group:a:*", "arn:${Partition}:logs:${Region}:${Account}:log-group:${X}")
    False
    >>> meets("arn:aws:logs:eu-west-1:1:log-group:a-*", "arn:${Partition}:logs:${Region}:${Account}:log-group:${X}")
    True
    >>> meets("arn:aws:s3:::a-bucket/*", "arn:${Partition}:s3:::${BucketName}")
    False
    """
    ours, theirs = _of_pattern(pattern), _of_shape(shape)

    @cache
    def meet(mine: int, given: int) -> bool:
        """Whether a text fits the rest of both."""
        if given == len(theirs):
            return all(each == "*" for each in ours[mine:])
        if mine == len(ours):
            return False
        wanted, token = ours[mine], theirs[given]
        if wanted == "*":
            return meet(mine + 1, given) or meet(mine, given + 1)
        if len(token) > 1:  # a name: one character of it, and perhaps more
            return wanted not in token and (meet(mine + 1, given) or meet(mine + 1, given + 1))
        return wanted == token and meet(mine + 1, given + 1)

    return meet(0, 0)


def _of_pattern(pattern: str) -> list[str]:
    """Its characters, of which `*` stands for any text."""
    assert "?" not in pattern, f"{pattern} has a question mark, which this does not know yet"
    return list(pattern)


def _of_shape(shape: str) -> list[str]:
    """Its characters, and for a name in one token those that it cannot have."""
    found: list[str] = []
    for part in PLACEHOLDER.split(shape):
        if PLACEHOLDER.fullmatch(part):
            found.append(_forbidden(part[2:-1]))
        else:
            found += part
    return found


def _forbidden(name: str) -> str:
    """What a name cannot hold, as a token of two characters and more."""
    if name == "ObjectName":
        return "\n\r"
    return ":\n" if name in WITH_SLASHES else ":/"
