"""Defines what a stage needs beside the rest when a recipe trains on SageMaker: a role, an image, permissions.

A stage without such a recipe has none of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib import layout
from chalicelib.names import APP
from chalicelib.settings.stage import StageSettings
from workflows.definitions.of_stage import network
from workflows.stacks.arns import arn, bucket_arn, completed, names_of
from workflows.stacks.grants import PARTS, SIDES
from workflows.stacks.statements import Json, Resource, allow, role

REGISTRIES: Mapping[str, str] = {
    "af-south-1": "510948584623",
    "ap-east-1": "651117190479",
    "ap-northeast-1": "354813040037",
    "ap-northeast-2": "366743142698",
    "ap-northeast-3": "867004704886",
    "ap-south-1": "720646828776",
    "ap-south-2": "628508329040",
    "ap-southeast-1": "121021644041",
    "ap-southeast-2": "783357654285",
    "ap-southeast-3": "951798379941",
    "ap-southeast-4": "106583098589",
    "ca-central-1": "341280168497",
    "ca-west-1": "190319476487",
    "cn-north-1": "450853457545",
    "cn-northwest-1": "451049120500",
    "eu-central-1": "492215442770",
    "eu-central-2": "680994064768",
    "eu-north-1": "662702820516",
    "eu-south-1": "978288397137",
    "eu-south-2": "104374241257",
    "eu-west-1": "141502667606",
    "eu-west-2": "764974769150",
    "eu-west-3": "659782779980",
    "il-central-1": "898809789911",
    "me-central-1": "272398656194",
    "me-south-1": "801668240914",
    "sa-east-1": "737474898029",
    "us-east-1": "683313688378",
    "us-east-2": "257758044811",
    "us-gov-east-1": "237065988967",
    "us-gov-west-1": "414596584902",
    "us-west-1": "746614075791",
    "us-west-2": "246618743249",
}
"""The account that holds the image, by region. Source: `image_uris.retrieve` of SageMaker's SDK; a test compares."""
LINEAR_LEARNER_REGISTRIES: Mapping[str, str] = {
    "af-south-1": "455444449433",
    "ap-east-1": "286214385809",
    "ap-northeast-1": "351501993468",
    "ap-northeast-2": "835164637446",
    "ap-northeast-3": "867004704886",
    "ap-south-1": "991648021394",
    "ap-south-2": "628508329040",
    "ap-southeast-1": "475088953585",
    "ap-southeast-2": "712309505854",
    "ap-southeast-3": "951798379941",
    "ap-southeast-4": "106583098589",
    "ca-central-1": "469771592824",
    "ca-west-1": "190319476487",
    "cn-north-1": "390948362332",
    "cn-northwest-1": "387376663083",
    "eu-central-1": "664544806723",
    "eu-central-2": "680994064768",
    "eu-north-1": "669576153137",
    "eu-south-1": "257386234256",
    "eu-south-2": "104374241257",
    "eu-west-1": "438346466558",
    "eu-west-2": "644912444149",
    "eu-west-3": "749696950732",
    "il-central-1": "898809789911",
    "me-central-1": "272398656194",
    "me-south-1": "249704162688",
    "sa-east-1": "855470959533",
    "us-east-1": "382416733822",
    "us-east-2": "404615174143",
    "us-gov-east-1": "237065988967",
    "us-gov-west-1": "226302683700",
    "us-west-1": "632365934929",
    "us-west-2": "174872318107",
}
"""The same of the image of Linear Learner."""
LINEAR_LEARNER = ("linear-learner", "1")
"""Its repository and tag, the only one that the SDK knows."""
XGBOOST = ("sagemaker-xgboost", "3.0-5")
"""The same of XGBoost 3.0.5, in the account of the image of scikit-learn."""
REPOSITORY, TAG = "sagemaker-scikit-learn", "1.4-2-cpu-py3"
"""scikit-learn 1.4.2 on Python 3.10: the newest image that the SDK knows."""
SEARCH = "HyperParameterTuningJob"
MAPPING = "TrainingImages"
OWN = "LinearLearner"
"""In the mapping, the account with the image of SageMaker's own algorithm."""
PARAMETERS: Json = {
    "TrainingSourceSha256": {
        "Type": "String",
        "AllowedPattern": "[0-9a-f]{64}",
        "Description": "The code of the training jobs, so named in the bucket",
    }
}
RULE = "rule/StepFunctionsGetEventsForSageMakerTrainingJobsRule"
RULE_OF_SEARCHES = "rule/StepFunctionsGetEventsForSageMakerHyperParameterTuningJobsRule"
"""By which Step Functions hears of the end of a job, and of a search.
Source: https://docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html"""
LOGS = "log-group:/aws/sagemaker/TrainingJobs"
KEY_ACTIONS = ("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")
"""Of a job, whose volume and uploads are under a key.
Source: https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html, "CreateTrainingJob API"."""
OUTPUTS = f"{SIDES.removesuffix('*')}training/*"
"""What the jobs upload, among the records of a run's sides, which Train may read."""


def mappings(*, built_ins: bool) -> Json:
    known = {region: {"Registry": account} for region, account in REGISTRIES.items()}
    if built_ins:
        known = {region: {**each, OWN: LINEAR_LEARNER_REGISTRIES[region]} for region, each in known.items()}
    return {MAPPING: known}


def substitutions(stage: str, *, built_ins: bool) -> dict[str, Resource]:
    """What the definition's other placeholders stand for."""
    key = layout.deployed("${TrainingSourceSha256}", ".tar.gz")
    own = {"LinearLearnerImage": _image(*LINEAR_LEARNER, registry=OWN), "XGBoostImage": _image(*XGBOOST)}
    return {
        "Stage": stage,
        "TrainingImage": _image(REPOSITORY, TAG),
        **(own if built_ins else {}),
        "TrainingRole": {"Fn::GetAtt": ["TrainingRole", "Arn"]},
        "TrainingSource": completed(f"s3://{names_of(stage).bucket}/{key}"),
    }


def _image(repository: str, tag: str, *, registry: str = "Registry") -> Json:
    image = f"${{Registry}}.dkr.ecr.${{AWS::Region}}.${{AWS::URLSuffix}}/{repository}:{tag}"
    account = {"Fn::FindInMap": [MAPPING, {"Ref": "AWS::Region"}, registry]}
    return {"Fn::Sub": [image, {"Registry": account}]}


def machine_statements(stage: str, *, tuner: bool) -> list[Json]:
    """What the state machine's role may do beside calling its functions: start jobs of this stage, and end them; with
    the `tuner` searches too."""
    to_sagemaker = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    actions = ("CreateTrainingJob", "DescribeTrainingJob", "StopTrainingJob", "AddTags")
    of_a_search = [each.replace("TrainingJob", SEARCH) for each in actions]
    rules = [arn("events", each) for each in ((RULE, RULE_OF_SEARCHES) if tuner else (RULE,))]
    return [
        allow([f"sagemaker:{action}" for action in actions], on=_jobs(stage)),
        *([allow([f"sagemaker:{action}" for action in of_a_search], on=_searches(stage))] if tuner else []),
        allow(["iam:PassRole"], on=[{"Fn::GetAtt": ["TrainingRole", "Arn"]}], where=to_sagemaker),
        allow(["events:PutTargets", "events:PutRule", "events:DescribeRule"], on=rules),
    ]


def task_statements(stage: str, task: str, *, settings: StageSettings, tuner: bool) -> list[Json]:
    """What a task may do beside the rest: RestoreAlias ends the job or the search of a run that is over. Train reads
    what a job uploaded, which may be under a key, and what the trials of a search came to."""
    if task == "restore-alias":
        return [
            allow(["sagemaker:DescribeTrainingJob", "sagemaker:StopTrainingJob"], on=_jobs(stage)),
            *(
                [allow([f"sagemaker:Describe{SEARCH}", f"sagemaker:Stop{SEARCH}"], on=_searches(stage))]
                if tuner
                else []
            ),
        ]
    if task != "train":
        return []
    return [
        *([allow(["kms:Decrypt"], on=[settings.training_key])] if settings.training_key else []),
        *([allow([f"sagemaker:ListTrainingJobsFor{SEARCH}"], on=_searches(stage))] if tuner else []),
    ]


def _jobs(stage: str) -> list[Resource]:
    return [arn("sagemaker", f"training-job/{APP}-{stage}-*")]


def _searches(stage: str) -> list[Resource]:
    return [arn("sagemaker", f"hyper-parameter-tuning-job/{APP}-{stage}-*")]


def training_role(stage: str, *, settings: StageSettings, built_ins: bool) -> dict[str, Json]:
    """The jobs read rows and code, write what they made, and say what they do in the log: nothing else.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html, "CreateTrainingJob API".
    """
    reads = (PARTS, SIDES, layout.deployed("*", ".tar.gz"))
    prefixes = {"StringLike": {"s3:prefix": [PARTS, SIDES, f"{layout.DEPLOY}*"]}}
    images = (REPOSITORY, LINEAR_LEARNER[0], XGBOOST[0]) if built_ins else (REPOSITORY,)
    repositories = [completed(f"arn:${{AWS::Partition}}:ecr:${{AWS::Region}}:*:repository/{each}") for each in images]
    pulls = ("BatchCheckLayerAvailability", "GetDownloadUrlForLayer", "BatchGetImage")
    statements = [
        allow(["s3:GetObject"], on=[bucket_arn(stage, pattern) for pattern in reads]),
        allow(["s3:PutObject"], on=[bucket_arn(stage, OUTPUTS)]),
        allow(["s3:ListBucket"], on=[bucket_arn(stage)], where=prefixes),
        allow(
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            on=[arn("logs", f"{LOGS}:*")],
        ),
        allow([f"ecr:{action}" for action in pulls], on=repositories),
        allow(["ecr:GetAuthorizationToken"], on=["*"]),  # ECR knows no resource for it
        *(network_statements(settings.training_network) if settings.training_network else []),
        *([allow(list(KEY_ACTIONS), on=[settings.training_key])] if settings.training_key else []),
    ]
    boundary = settings.permissions_boundary
    return {"TrainingRole": role("sagemaker.amazonaws.com", statements=statements, boundary=boundary)}


def network_statements(named: str) -> list[Json]:
    """What SageMaker runs has interfaces in the stage's subnets. EC2 knows no resource for what is only looked up.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html, "CreateTrainingJob API" and
    "CreateModel API".
    """
    there = network(named)
    interfaces = arn("ec2", "network-interface/*")
    subnets = [arn("ec2", f"subnet/{each}") for each in there["Subnets"]]
    groups = [arn("ec2", f"security-group/{each}") for each in there["SecurityGroupIds"]]
    looks = ("NetworkInterfaces", "Vpcs", "DhcpOptions", "Subnets", "SecurityGroups")
    changes = ("CreateNetworkInterfacePermission", "DeleteNetworkInterface", "DeleteNetworkInterfacePermission")
    return [
        allow(["ec2:CreateNetworkInterface"], on=[interfaces, *subnets, *groups]),
        allow([f"ec2:{each}" for each in changes], on=[interfaces]),
        allow([f"ec2:Describe{each}" for each in looks], on=["*"]),
    ]
