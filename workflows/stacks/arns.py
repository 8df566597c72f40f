"""Writes names and ARNs for a template, where account, region and partition are still unknown."""

from __future__ import annotations

from chalicelib.names import Names, alerts_topic


def names_of(stage: str) -> Names:
    """The names of a stage's resources, with CloudFormation's parameters where account and region belong.

    >>> names_of("prod").bucket
    'nightswap-prod-${AWS::AccountId}-${AWS::Region}'
    """
    return Names(stage=stage, account="${AWS::AccountId}", region="${AWS::Region}")


def completed(text: str) -> dict[str, str]:
    """The text with CloudFormation's own parameters filled in."""
    return {"Fn::Sub": text}


def arn(service: str, resource: str) -> dict[str, str]:
    """The ARN of a resource in the stack's account and region.

    >>> arn("states", "stateMachine:a-machine")["Fn::Sub"]
    'arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:a-machine'
    """
    return completed(f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}")


def bucket_arn(stage: str, keys: str = "") -> dict[str, str]:
    """The ARN of the stage's bucket, or of the objects whose keys match the pattern."""
    return completed(f"arn:${{AWS::Partition}}:s3:::{names_of(stage).bucket}{keys and '/' + keys}")


def alerts_arn(stage: str) -> dict[str, str]:
    return arn("sns", alerts_topic(stage))
