"""
MiniStack with two of its checks put right for our tests, and a schedule looked at every second; all else is as it comes.

Functions live in a made-up time here, so a request may be signed at any. And policies name a log group with `:*` at the end,
as AWS asks for all actions upon groups and streams but those on tags; MiniStack looks for the name without it.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
"""

import sys

from ministack.core import iam_actions, sigv4
from ministack.services import scheduler

sigv4.request_time_failure = lambda signature, *, now=None: None

resource_of = iam_actions.extract_resource_arn


def resource_of_logs_too(service, *request):
    resource = resource_of(service, *request)
    return f"{resource}:*" if ":log-group:" in resource else resource


iam_actions.extract_resource_arn = resource_of_logs_too

scheduler._SCHEDULE_TICK_INTERVAL = 1

from ministack.app import main  # noqa: E402 (what imports the checks must come after them)

sys.exit(main())
