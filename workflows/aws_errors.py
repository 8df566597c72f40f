"""Puts errors of AWS and boto3 into one line, with advice on what to do; every command uses it."""

from __future__ import annotations

import traceback
from collections.abc import Mapping

from botocore import exceptions as botocore
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.cutting import cut

LIBRARIES = ("botocore", "boto3", "s3transfer", "urllib3")

LOG_IN = "log in again (aws sso login, or aws configure), or name another profile with AWS_PROFILE"
NO_CREDENTIALS = "run aws configure, or set AWS_PROFILE; without an account: make run"
REGION = "set AWS_DEFAULT_REGION, or a region in your AWS profile, for instance eu-west-1"
PROFILE = "set AWS_PROFILE to one of aws configure list-profiles"
CONFIGURATION = "correct ~/.aws/config (or what AWS_CONFIG_FILE names) and the variables AWS_*"
NETWORK = "check network, proxy and region, then repeat the command; the local AWS is started with make run"
PROXY = "check HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
CERTIFICATES = "check the clock, the proxy, and the certificates that AWS_CA_BUNDLE names"
PERMIT = "permit the call; nightswap doctor --print-policy prints all that is needed"
CLOCK = "set this machine's clock: AWS takes five minutes of difference at most"
LATER = "wait a moment, then repeat the command"
REPEAT = "repeat the command; if it stays, run nightswap doctor, and report this line with what it prints"

WAYS_OUT: dict[type[Exception], str] = {
    botocore.NoCredentialsError: NO_CREDENTIALS,
    botocore.PartialCredentialsError: NO_CREDENTIALS,
    botocore.UnknownCredentialError: CONFIGURATION,
    botocore.CredentialRetrievalError: LOG_IN,
    botocore.MetadataRetrievalError: LOG_IN,
    botocore.NoAuthTokenError: LOG_IN,
    botocore.TokenRetrievalError: LOG_IN,
    botocore.UnknownTokenProviderError: CONFIGURATION,
    botocore.RefreshWithMFAUnsupportedError: LOG_IN,
    botocore.SSOError: LOG_IN,
    botocore.LoginError: LOG_IN,
    botocore.NoRegionError: REGION,
    botocore.InvalidRegionError: REGION,
    botocore.UnknownRegionError: REGION,
    botocore.BaseEndpointResolverError: REGION,
    botocore.EndpointProviderError: REGION,
    botocore.ServiceNotInRegionError: REGION,
    botocore.ProfileNotFound: PROFILE,
    botocore.ConfigNotFound: CONFIGURATION,
    botocore.ConfigParseError: CONFIGURATION,
    botocore.InvalidConfigError: CONFIGURATION,
    botocore.InvalidChecksumConfigError: CONFIGURATION,
    botocore.InvalidDefaultsMode: CONFIGURATION,
    botocore.InvalidEndpointConfigurationError: CONFIGURATION,
    botocore.InvalidEndpointDiscoveryConfigurationError: CONFIGURATION,
    botocore.InvalidIMDSEndpointError: CONFIGURATION,
    botocore.InvalidIMDSEndpointModeError: CONFIGURATION,
    botocore.InvalidRetryConfigurationError: CONFIGURATION,
    botocore.InvalidS3AddressingStyleError: CONFIGURATION,
    botocore.InvalidS3UsEast1RegionalEndpointConfigError: CONFIGURATION,
    botocore.InvalidSTSRegionalEndpointsConfigError: CONFIGURATION,
    botocore.InvalidProxiesConfigError: PROXY,
    botocore.ProxyConnectionError: PROXY,
    botocore.SSLError: CERTIFICATES,
    botocore.ConnectionError: NETWORK,
    botocore.HTTPClientError: NETWORK,
    botocore.IncompleteReadError: NETWORK,
    ValueError: CONFIGURATION,
    OSError: CONFIGURATION,
}
"""By the class of the error; the nearest of its bases counts."""

CODES: Mapping[str, str] = {
    **dict.fromkeys(("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "AuthFailure"), LOG_IN),
    **dict.fromkeys(("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"), LOG_IN),
    **dict.fromkeys(("SignatureDoesNotMatch", "InvalidSignatureException"), f"check the secret key, and {CLOCK}"),
    **dict.fromkeys(("RequestTimeTooSkewed", "RequestExpired"), CLOCK),
    **dict.fromkeys(("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Forbidden", "403"), PERMIT),
    **dict.fromkeys(("Throttling", "ThrottlingException", "TooManyRequestsException", "SlowDown"), LATER),
    **dict.fromkeys(("ServiceUnavailable", "InternalFailure", "InternalError", "RequestLimitExceeded"), LATER),
    **dict.fromkeys(("OptInRequired", "SubscriptionRequiredException"), "enable the service in this account"),
}


def is_of_aws(exc: BaseException) -> bool:
    """Whether AWS or its libraries raised it; for a bad configuration they raise ValueError and OSError too."""
    if type(exc).__module__.partition(".")[0] in LIBRARIES:
        return True
    frames = traceback.extract_tb(exc.__traceback__)
    inside = any(f"/{library}/" in frame.filename.replace("\\", "/") for frame in frames for library in LIBRARIES)
    return inside and isinstance(exc, ValueError | OSError)


def in_words(exc: BaseException) -> str:
    """One line: what was said, and what to do.

    >>> in_words(botocore.ProfileNotFound(profile="work"))
    'The config profile (work) could not be found: set AWS_PROFILE to one of aws configure list-profiles'
    """
    words = cut(" ".join(str(exc).split())).rstrip(". ")
    return f"{words or type(exc).__name__}: {way_out(exc)}"


def way_out(exc: BaseException) -> str:
    """The advice for an error."""
    if isinstance(exc, ClientError):
        return CODES.get(str(exc.response.get("Error", {}).get("Code")), REPEAT)
    return next((WAYS_OUT[kind] for kind in type(exc).__mro__ if kind in WAYS_OUT), REPEAT)


def told(exc: ClientError | BotoCoreError) -> str:
    """AWS's code and message of an error, and advice, for a sentence that says what was being done."""
    if not isinstance(exc, ClientError):
        return in_words(exc)
    error = exc.response.get("Error", {})
    said = cut(" ".join(f"{error.get('Code')}: {error.get('Message')}".split()))
    known = CODES.get(str(error.get("Code")))
    return f"{said}: {known}" if known else said
