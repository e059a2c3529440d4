"""template.yaml: the generated region, and the files that are generated with it."""

from nightshift_tools.template.errors import TemplateError
from nightshift_tools.template.files import Change, plan, without_package, write
from nightshift_tools.template.needs import Needs
from nightshift_tools.template.region import apply
from nightshift_tools.template.render import generate

__all__ = ["Change", "Needs", "TemplateError", "apply", "generate", "plan", "without_package", "write"]
