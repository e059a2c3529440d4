"""A deployed stack: found by its name, with its tables and queues from its outputs and what it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from nightshift.errors import ConfigurationError
from nightshift.manifest import CompiledManifest, JobEntry
from nightshift_tools.aws.calls import asking, client, error_code, open_session
from nightshift_tools.aws.deployed import read_deployed
from nightshift_tools.aws.place import Place, deployed_from

if TYPE_CHECKING:
    import boto3

_NEVER_WHOLE = frozenset(
    {
        "CREATE_IN_PROGRESS",
        "CREATE_FAILED",
        "ROLLBACK_IN_PROGRESS",
        "ROLLBACK_FAILED",
        "ROLLBACK_COMPLETE",
        "REVIEW_IN_PROGRESS",
        "DELETE_IN_PROGRESS",
        "DELETE_FAILED",
        "DELETE_COMPLETE",
    }
)
_WHOLE = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"})


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack that can be worked with. `notes` is what whoever looks at it should know beforehand."""

    name: str
    session: boto3.Session
    outputs: Mapping[str, str]
    manifest: CompiledManifest
    schedules_are_on: bool
    notes: tuple[str, ...] = ()

    @property
    def region(self) -> str:
        return str(self.session.region_name)

    def output(self, name: str) -> str:
        """ConfigurationError where the stack is of a release that had no such output, or is half deployed."""
        found = self.outputs.get(name)
        if not found:
            raise ConfigurationError(
                f"the stack {self.name} has no output {name}: deploy this release with `make deploy`, or use "
                "the release that deployed it"
            )
        return found

    def function_of(self, entry: JobEntry) -> str:
        """The name of a job's function; ConfigurationError for a job whose function is elsewhere."""
        if not entry.function:
            raise ConfigurationError(
                f"{entry.name}: its function is external, so it is not the stack {self.name} that has it"
            )
        return f"{self.name}-{entry.function}"


def find_stack(place: Place, root: Path, environment: Mapping[str, str], here: CompiledManifest) -> Stack:
    """The stack that is meant, asked of CloudFormation, and compared with the manifest `here`.

    ConfigurationError for credentials, a Region, a stack or rights that are missing, and for a stack that
    was never deployed whole or is of a release that cannot be understood.
    """
    name = place.name(root, environment)
    session = open_session(place)
    cloudformation = client(session, "cloudformation")
    described = _describe(cloudformation, name, session, root)
    status = str(described["StackStatus"])
    outputs = {each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", ())}
    if status in _NEVER_WHOLE or not outputs:
        raise ConfigurationError(_half_deployed(name, status, described.get("StackStatusReason")))
    manifest = read_deployed(cloudformation, name)
    parameters = {each["ParameterKey"]: each["ParameterValue"] for each in described.get("Parameters", ())}
    return Stack(
        name,
        session,
        outputs,
        manifest,
        parameters.get("SchedulesState") != "DISABLED",
        tuple(_notes(name, status, manifest, here)),
    )


def _describe(cloudformation: Any, name: str, session: boto3.Session, root: Path) -> Mapping[str, Any]:
    with asking("cloudformation:DescribeStacks", f"the stack {name}"):
        try:
            found: Mapping[str, Any] = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            if error_code(error) != "ValidationError":
                raise
            others = [other for other in deployed_from(root) if other != name]
            hint = f"; {'samconfig.toml deploys: ' + ', '.join(others) if others else 'is it deployed?'}"
            raise ConfigurationError(
                f"there is no stack {name!r} in {session.region_name} of this account{hint}"
            ) from None
    return found


def _half_deployed(name: str, status: str, reason: str | None) -> str:
    why = f": {reason}" if reason else ""
    cure = {
        "CREATE_IN_PROGRESS": "wait until it is deployed",
        "REVIEW_IN_PROGRESS": "its change set was never executed; deploy it again with `make deploy`",
        "DELETE_IN_PROGRESS": "it is being deleted; its tables are kept",
    }.get(status, "`sam delete` what is left of it, then `make deploy` it again")
    return f"the stack {name} is half deployed ({status}{why}): {cure}"


def _notes(name: str, status: str, there: CompiledManifest, here: CompiledManifest) -> list[str]:
    notes = []
    if status not in _WHOLE:
        notes.append(
            f"the stack {name} is {status}: what is shown may be of two releases, until `make deploy` has "
            "come through"
        )
    changed = _differing(there, here)
    if changed:
        notes.append(
            f"the stack {name} runs another manifest than schedules.yaml here, in {', '.join(changed)}; "
            "what is shown goes by the stack's"
        )
    return notes


def _differing(there: CompiledManifest, here: CompiledManifest) -> list[str]:
    names = sorted({*there.jobs, *here.jobs})
    jobs = [name for name in names if there.jobs.get(name) != here.jobs.get(name)]
    return [*jobs, *(["the budgets"] if there.budgets != here.budgets else [])]
