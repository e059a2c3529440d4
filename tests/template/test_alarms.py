"""Alarms and the dashboard look at the metrics that runs tell."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from charge_installments.settling import ALARM
from nightshift.runtime import MetricsObserver, run_metrics
from nightshift.state.models import JobKey, RunId, RunRecord, Status
from support.templates import Project


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What a failed run of sync-products writes for CloudWatch to read."""
    at = datetime(2026, 11, 20, tzinfo=UTC)
    record = RunRecord(
        id=RunId("r"),
        key=JobKey("sync-products"),
        trigger="schedule",
        slot=None,
        status=Status.FAILED,
        started_at=at,
        ended_at=at,
    )
    MetricsObserver(run_metrics({"POWERTOOLS_METRICS_NAMESPACE": "Shop"})).ended(record)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_an_alarm_has_the_metric_and_the_dimensions_of_a_failed_run(
    shipped: Project, told: dict[str, Any]
) -> None:
    (directive,) = told["_aws"]["CloudWatchMetrics"]
    alarm = shipped.of_type("AWS::CloudWatch::Alarm")["SyncProductsFailedRunsAlarm"]
    assert directive["Namespace"] == "Shop"
    assert alarm["Namespace"] == {"Ref": "MetricsNamespace"}
    assert alarm["MetricName"] in [metric["Name"] for metric in directive["Metrics"]]
    assert directive["Dimensions"] == [[dimension["Name"] for dimension in alarm["Dimensions"]]]
    assert all(told[dimension["Name"]] == dimension["Value"] for dimension in alarm["Dimensions"])
    assert told[alarm["MetricName"]] == [1.0]


def test_an_alarm_of_a_job_s_own_has_the_metric_and_the_dimensions_that_are_told_at_once(
    shipped: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    observer = MetricsObserver(run_metrics({"POWERTOOLS_METRICS_NAMESPACE": "Shop"}))
    observer.alarmed(JobKey("charge-installments", "main"), ALARM)
    told = json.loads(capsys.readouterr().out)
    alarm = shipped.of_type("AWS::CloudWatch::Alarm")["ChargeInstallmentsUnpaidInstallmentsAlarm"]
    assert told[alarm["MetricName"]] == [1.0]
    assert [[dimension["Name"] for dimension in alarm["Dimensions"]]] == told["_aws"]["CloudWatchMetrics"][0][
        "Dimensions"
    ]
    assert all(told[dimension["Name"]] == dimension["Value"] for dimension in alarm["Dimensions"])
    assert "nightshift payments list" in alarm["AlarmDescription"]


def test_functions_tell_their_metrics_where_the_alarms_look(project: Project) -> None:
    for function in project.of_type("AWS::Lambda::Function").values():
        namespace = function["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"]
        assert namespace == {"Ref": "MetricsNamespace"}


def test_each_job_has_its_alarms(many: Project) -> None:
    alarms = set(many.of_type("AWS::CloudWatch::Alarm"))
    queues = {"DeliveryFailuresAlarm", "ExecutionFailuresAlarm", "DeadLettersAlarm"}
    expected = set()
    for job in many.manifest.jobs.values():
        if job.name in ("report", "quiet"):
            continue
        expected.add(f"{job.logical_id}FailedRunsAlarm")
        if job.name not in ("off", "by-hand"):
            expected.add(f"{job.logical_id}MissingRunsAlarm")
    assert alarms == expected | queues


def test_alarms_tell_the_topic_only_where_there_is_one(project: Project) -> None:
    for name, alarm in project.of_type("AWS::CloudWatch::Alarm").items():
        topic = {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}
        assert alarm["AlarmActions"] == topic
        assert ("InsufficientDataActions" in alarm) == name.endswith("MissingRunsAlarm")


def test_silence_means_what_the_metric_says(shipped: Project) -> None:
    alarms = shipped.of_type("AWS::CloudWatch::Alarm")
    found = {name: alarm["TreatMissingData"] for name, alarm in alarms.items()}
    jobs = shipped.manifest.jobs.values()
    firing = [job for job in jobs if job.enabled and any(entry.enabled for entry in job.schedules)]
    assert found == {
        **{f"{job.logical_id}FailedRunsAlarm": "notBreaching" for job in jobs},
        **{f"{job.logical_id}MissingRunsAlarm": "missing" for job in firing},
        "ChargeInstallmentsUnpaidInstallmentsAlarm": "notBreaching",
        "BatchJobFailuresAlarm": "ignore",
        "DeliveryFailuresAlarm": "ignore",
        "ExecutionFailuresAlarm": "ignore",
        "DeadLettersAlarm": "ignore",
    }


def test_the_dashboard_shows_each_job_and_each_queue(many: Project, told: dict[str, Any]) -> None:
    body = json.loads(many.of_type("AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"])
    shown = [
        (metric[1], metric[3]) for widget in body["widgets"] for metric in widget["properties"]["metrics"]
    ]
    names = {metric["Name"] for metric in told["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert names == {"FailedRuns", "QuarantinedRecords", "RunDuration"}
    for job in many.manifest.jobs.values():
        found = {metric for metric, dimension in shown if dimension == job.name}
        assert found == (set() if job.is_external else names)
    queues = {dimension for metric, dimension in shown if metric == "ApproximateNumberOfMessagesVisible"}
    assert queues == {f"${{{name}.QueueName}}" for name in many.of_type("AWS::SQS::Queue")}
    places = {(widget["x"], widget["y"]) for widget in body["widgets"]}
    assert len(places) == len(body["widgets"])
