"""The patterns of actions in the deployer's policy, which save room in it, and what each stands for."""

from __future__ import annotations

STANDS_FOR = {
    "cloudformation:*ChangeSet": (
        *("cloudformation:CreateChangeSet", "cloudformation:DescribeChangeSet"),
        *("cloudformation:ExecuteChangeSet", "cloudformation:DeleteChangeSet"),
    ),
    "billing:*ViewData": ("billing:GetBillingViewData",),
    "budgets:*Budget": ("budgets:ModifyBudget", "budgets:ViewBudget"),
    "budgets:*Resource": ("budgets:TagResource", "budgets:UntagResource", "budgets:ListTagsForResource"),
    "iam:List*RolePolicies": ("iam:ListRolePolicies", "iam:ListAttachedRolePolicies"),
    "lambda:*FunctionEventInvokeConfig": (
        *("lambda:GetFunctionEventInvokeConfig", "lambda:PutFunctionEventInvokeConfig"),
        *("lambda:UpdateFunctionEventInvokeConfig", "lambda:DeleteFunctionEventInvokeConfig"),
    ),
    "lambda:*LayerVersion": ("lambda:PublishLayerVersion", "lambda:GetLayerVersion", "lambda:DeleteLayerVersion"),
    "logs:*RetentionPolicy": ("logs:PutRetentionPolicy", "logs:DeleteRetentionPolicy"),
    "sns:*SubscriptionAttributes": ("sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes"),
    "sns:*TopicAttributes": ("sns:GetTopicAttributes", "sns:SetTopicAttributes"),
    "states:*StateMachine": (
        *("states:CreateStateMachine", "states:UpdateStateMachine", "states:DeleteStateMachine"),
        "states:DescribeStateMachine",
    ),
    "s3:GetBucket*": (
        *("s3:GetBucketAbac", "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketLogging", "s3:GetBucketPolicy"),
        *(
            "s3:GetBucketMetadataTableConfiguration",
            "s3:GetBucketNotification",
            "s3:GetBucketObjectLockConfiguration",
        ),
        *("s3:GetBucketOwnershipControls", "s3:GetBucketPublicAccessBlock", "s3:GetBucketTagging"),
        *("s3:GetBucketVersioning", "s3:GetBucketWebsite"),
    ),
    "s3:PutBucket*": (
        *("s3:PutBucketAbac", "s3:PutBucketAcl", "s3:PutBucketCORS", "s3:PutBucketLogging", "s3:PutBucketPolicy"),
        *("s3:PutBucketNotification", "s3:PutBucketObjectLockConfiguration", "s3:PutBucketOwnershipControls"),
        *("s3:PutBucketPublicAccessBlock", "s3:PutBucketTagging", "s3:PutBucketVersioning", "s3:PutBucketWebsite"),
    ),
    "s3:Get*Configuration": (
        *("s3:GetAccelerateConfiguration", "s3:GetAnalyticsConfiguration", "s3:GetEncryptionConfiguration"),
        *("s3:GetIntelligentTieringConfiguration", "s3:GetInventoryConfiguration", "s3:GetLifecycleConfiguration"),
        *("s3:GetMetricsConfiguration", "s3:GetReplicationConfiguration"),
    ),
    "lambda:GetFunction*": (
        *("lambda:GetFunction", "lambda:GetFunctionCodeSigningConfig", "lambda:GetFunctionConfiguration"),
        *("lambda:GetFunctionRecursionConfig", "lambda:GetFunctionScalingConfig", "lambda:GetFunctionUrlConfig"),
    ),
    "lambda:UpdateFunction*": (
        *("lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "lambda:UpdateFunctionUrlConfig"),
    ),
}
"""Those that CloudFormation or a command asks for."""
