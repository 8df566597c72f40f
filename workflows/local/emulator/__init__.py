"""What the emulator lacks of AWS, or does otherwise: mended service by service.

aliases.py                Weighted aliases: the emulator stores an alias's weights and routes by none of them.
bucket_configurations.py  A bucket's encryption, ownership and lifecycle, which the emulator's CloudFormation leaves
                          out of a bucket.
change_sets.py            DescribeChangeSet with the values before and after, which AWS tells when it is asked to and
                          the emulator never.
enforcement.py            Permissions enforced: every call is signed by the account or by a role, and a role may do
                          what its policies permit.
functions.py              How the emulator runs functions: in the project's interpreter, with AWS's names for what
                          goes wrong.
rest_apis.py              ImportRestApi and PutRestApi, which `chalice deploy` needs and the emulator lacks; and the
                          account's role for logs.
swagger.py                What a Swagger 2.0 document with API Gateway's extensions asks for, as bodies of the plain
                          REST API operations.
traffic.py                What CloudWatch counts of an alias, version by version: the emulator counts whole functions
                          and nothing else.
trials.py                 TestState with an error that is made up: a retry comes before a catch, which the emulator
                          has the other way round.
updates.py                Updating and publishing functions as AWS does: nothing while an update is in progress, no
                          version of no change.
warm.py                   Processes of functions: a version that is not asked any more has none. The emulator keeps
                          one for every version.
worker.py                 The process in which one local function runs: Lambda's Python runtime, spoken over a pipe.
"""
