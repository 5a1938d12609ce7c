"""
MiniStack with two of its checks put right for our tests, a schedule looked at every second, and the way of a partner's event
from its bus into a log group, which it lacks; all else is as it comes.

Functions live in a made-up time here, so a request may be signed at any. And policies name a log group with `:*` at the end,
as AWS asks for all actions upon groups and streams but those on tags; MiniStack looks for the name without it.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html

MiniStack takes partner events and drops them, and knows no log group as a target. Here they go to the bus of their source, and by
the rules that match them into the groups that those name, as the whole event, a line each. A line lies there under the event's
own time, since the test's is not the real one.
"""

import json
import sys
from datetime import datetime

from ministack.core import iam_actions, sigv4
from ministack.services import cloudwatch_logs, eventbridge, scheduler

sigv4.request_time_failure = lambda signature, *, now=None: None

resource_of = iam_actions.extract_resource_arn


def resource_of_logs_too(service, *request):
    resource = resource_of(service, *request)
    return f"{resource}:*" if ":log-group:" in resource else resource


iam_actions.extract_resource_arn = resource_of_logs_too

scheduler._SCHEDULE_TICK_INTERVAL = 1


def put_partner_events(data):
    entries = [{**entry, "EventBusName": entry["Source"]} for entry in data["Entries"]]
    return eventbridge._put_events({"Entries": entries}, allow_aws_source=True)


eventbridge._put_partner_events = put_partner_events

invoke_target = eventbridge._invoke_target


def invoke_target_logs_too(target, event, rule, view=None):
    arn = target["Arn"]
    if ":logs:" not in arn:
        return invoke_target(target, event, rule, view)
    # A wildcard at the end, which EventBridge refuses, names no group here either.
    place = {"logGroupName": arn.split(":log-group:")[1], "logStreamName": "events"}
    whole = (view or eventbridge._pattern_event_view(event)).event_with_detail()
    record = whole["detail"].get("event", whole["detail"])
    at_ms = int(datetime.fromisoformat(record["timestamp"]).timestamp() * 1000)
    cloudwatch_logs._create_log_stream(place)
    cloudwatch_logs._put_log_events({**place, "logEvents": [{"timestamp": at_ms, "message": json.dumps(whole)}]})


eventbridge._invoke_target = invoke_target_logs_too

from ministack.app import main  # noqa: E402 (what imports the checks must come after them)

sys.exit(main())
