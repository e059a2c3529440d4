"""What the generator must know of the part of template.yaml that people write: names, nothing more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from nightshift_tools.manifest import Manifest
from nightshift_tools.template.errors import TemplateError
from nightshift_tools.template.events import external_parameter
from nightshift_tools.template.needs import Needs
from nightshift_tools.template.properties import read_properties
from nightshift_tools.template.region import without_region


@dataclass(frozen=True, slots=True)
class Handwritten:
    """Logical ids, parameters, and variables of all functions, outside the generated region."""

    resources: tuple[str, ...]
    parameters: tuple[str, ...]
    variables: tuple[str, ...] = ()

    def check_parameters(self, manifest: Manifest, needs: Mapping[str, Needs]) -> None:
        """TemplateError where a job needs a parameter that the template does not have."""
        for name, job in manifest.jobs.items():
            external = external_parameter(job)
            if job.is_external and external not in self.parameters:
                raise TemplateError(
                    f"jobs.{name}: its function is external, and template.yaml has no parameter with "
                    f"its ARN. Add under Parameters:\n  {external}:\n    Type: String"
                )
            unknown = [parameter for parameter in needs[name].parameters if parameter not in self.parameters]
            if unknown:
                known = ", ".join(self.parameters) or "none"
                raise TemplateError(
                    f"functions/{job.package}/needs.toml names the parameter {unknown[0]!r}, which "
                    f"template.yaml has not: {known}. Add it there, under Parameters"
                )

    def check_variables(self, manifest: Manifest) -> None:
        """TemplateError where a job's `properties` would replace a variable that every function has."""
        for job in manifest.jobs.values():
            read_properties(job, ours=(), variables=self.variables)


def read_handwritten(template: str) -> Handwritten:
    """The names in a template. TemplateError where it is no YAML, or has no resources."""
    try:
        document = YAML().load(without_region(template))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise TemplateError(f"template.yaml:{line}: the YAML cannot be read: {error.problem}") from None
    sections = document if isinstance(document, dict) else {}
    variables = sections
    for key in ("Globals", "Function", "Environment", "Variables"):
        found = variables.get(key)
        variables = found if isinstance(found, dict) else {}
    names = (sections.get("Resources"), sections.get("Parameters"), variables)
    return Handwritten(*(tuple(section or ()) for section in names))
