"""Functions, tables, queues and layer, as CloudFormation gets them."""

from __future__ import annotations

from typing import Any

from nightshift.state.ledger_codec import LEDGER_INDEX
from nightshift_tools.template.job import logical_ids
from nightshift_tools.template.needs import needs_of
from nightshift_tools.template.render import shared_ids
from support.templates import Project, attribute


def has_batch_jobs(project: Project) -> bool:
    return "run-batch-job" in project.manifest.jobs


def test_each_job_has_its_function(project: Project) -> None:
    functions = project.of_type("AWS::Lambda::Function")
    jobs = [job for job in project.manifest.jobs.values() if not job.is_external]
    for job in jobs:
        assert functions[job.function]["Description"] == (job.description or f"Job {job.name}")
    found = {
        name: (each["Handler"], each["Runtime"], each["Timeout"], each["MemorySize"])
        for name, each in functions.items()
    }
    expected = {job.function: (job.handler, "python3.13", job.timeout, job.memory) for job in jobs}
    expected["WatchdogFunction"] = ("watchdog.app.lambda_handler", "python3.13", 60, 256)
    if has_batch_jobs(project):
        expected["BatchApiFunction"] = ("batch_api.app.lambda_handler", "python3.13", 29, 512)
    assert found == expected
    for each in functions.values():
        assert each["Architectures"] == [{"Ref": "Architecture"}]
        assert each["Layers"][0] == functions["WatchdogFunction"]["Layers"][0]


def test_only_the_report_and_the_api_have_a_second_layer(shipped: Project) -> None:
    functions = shipped.of_type("AWS::Lambda::Function")
    more = {name: len(each["Layers"]) - 1 for name, each in functions.items()}
    assert {name for name, count in more.items() if count} == {
        "ReportProductsFunction",
        "BatchApiFunction",
    }


def test_a_function_knows_its_tables_and_can_be_sent_to_a_local_endpoint(project: Project) -> None:
    for each in project.of_type("AWS::Lambda::Function").values():
        variables = each["Environment"]["Variables"]
        assert (variables["STATE_TABLE"], variables["LOG_TABLE"]) == ({"Ref": "State"}, {"Ref": "Log"})
        assert variables["AWS_ENDPOINT_URL_DYNAMODB"] == ""


def test_a_function_gets_what_its_job_declares_and_nothing_of_others(many: Project) -> None:
    functions = many.of_type("AWS::Lambda::Function")
    variables = functions["SyncProductsFunction"]["Environment"]["Variables"]
    assert variables["DUMMYJSON_URL"] == {"Ref": "DummyJsonUrl"}
    assert variables["MEDUSA_URL"] == {"Ref": "MedusaUrl"}
    assert variables["MEDUSA_SECRET"] == {"Ref": "MedusaSecret"}
    assert (variables["MEDUSA_PASSWORD"], variables["SYNC_PRODUCTS_DRY_RUN"]) == ("", "")
    other = functions["SyncFunction"]["Environment"]["Variables"]
    assert [name for name in other if name.startswith(("MEDUSA", "DUMMYJSON", "SYNC_PRODUCTS"))] == []


def test_lambda_tries_a_failed_run_again_and_then_keeps_it(project: Project) -> None:
    configured = project.of_type("AWS::Lambda::EventInvokeConfig")
    assert len(configured) == len(project.of_type("AWS::Lambda::Function"))
    for name, each in configured.items():
        # Nobody calls the API without waiting for its answer.
        assert each["MaximumRetryAttempts"] == (0 if name == "BatchApiInvocations" else 2)
        ages = {"WatchdogInvocations": 300, "BatchApiInvocations": 60}
        assert each["MaximumEventAgeInSeconds"] == ages.get(name, 21600)
        destination = each["DestinationConfig"]["OnFailure"]["Destination"]
        assert attribute(destination) == ("ExecutionFailures", "Arn")


def keys_of(schema: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(entry["AttributeName"], entry["KeyType"]) for entry in schema]


def test_the_state_table_is_kept_whatever_happens(shipped: Project) -> None:
    body = shipped.resources["State"]
    table: dict[str, Any] = body["Properties"]
    assert (body["DeletionPolicy"], body["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert table["DeletionProtectionEnabled"] is True
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert keys_of(table["KeySchema"]) == [("pk", "HASH"), ("sk", "RANGE")]


def test_what_is_open_and_what_is_owed_is_found_by_sparse_indexes(shipped: Project) -> None:
    runs, ledger, batch_jobs = shipped.resources["State"]["Properties"]["GlobalSecondaryIndexes"]
    assert (runs["IndexName"], ledger["IndexName"]) == ("open", LEDGER_INDEX)
    assert keys_of(runs["KeySchema"]) == [("open", "HASH"), ("started_at", "RANGE")]
    assert keys_of(ledger["KeySchema"]) == [("shelf", "HASH"), ("shelf_at", "RANGE")]
    assert runs["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    assert batch_jobs["Projection"] == {"ProjectionType": "KEYS_ONLY"}


def test_the_log_table_forgets_and_indexes_errors_only(shipped: Project) -> None:
    body = shipped.resources["Log"]
    table: dict[str, Any] = body["Properties"]
    assert (body["DeletionPolicy"], body["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert keys_of(table["KeySchema"]) == [("pk", "HASH"), ("sk", "RANGE")]
    (index,) = table["GlobalSecondaryIndexes"]
    assert index["IndexName"] == "errors"
    assert keys_of(index["KeySchema"]) == [("error_shard", "HASH"), ("error_at", "RANGE")]
    assert index["Projection"]["ProjectionType"] == "KEYS_ONLY"


def test_the_resources_are_those_that_the_quota_counts(project: Project) -> None:
    needs = needs_of(project.root, project.manifest)
    jobs = project.manifest.jobs.values()
    generated = {name for job in jobs for name in logical_ids(job, needs[job.name])}
    generated |= set(shared_ids(project.manifest))
    queues = {"DeliveryFailures", "ExecutionFailures", "DeadLetters"}
    by_hand = {
        "State",
        "Log",
        "Files",
        "FilesPolicy",
        "DeliveryFailuresPolicy",
        "CustomerManagedKey",
        *queues,
    }
    by_hand |= {f"{queue}Alarm" for queue in queues}
    by_hand |= {f"Watchdog{kind}" for kind in ("Function", "Invocations", "LogGroup", "Role")}
    by_hand |= {"WatchdogPermission", "WatchdogRule"}
    layers = set(project.of_type("AWS::Lambda::LayerVersion"))
    assert len(layers) == (3 if has_batch_jobs(project) else 2)
    # SAM gives a layer a name of its own for each content.
    assert set(project.resources) == (generated - {"BatchApiLayer"}) | by_hand | layers
