"""AWS::CloudWatch::Alarm over several metrics. MiniStack refuses it: such an alarm is kept with its first metric, and nothing here looks at
its state."""

from typing import Any

from ministack.services.cloudformation import provisioners

record_of_metric = provisioners._cw_metric_alarm_record


def record(name: str, props: dict[str, Any]) -> dict[str, Any]:
    """Returns what MiniStack keeps of an alarm."""
    first = next((each["MetricStat"]["Metric"] for each in props.get("Metrics", []) if "MetricStat" in each), {})
    return record_of_metric(name, {key: value for key, value in props.items() if key != "Metrics"} | first)


provisioners._cw_metric_alarm_record = record
