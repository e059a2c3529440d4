"""Why a template cannot be generated. Nothing has been written then."""

from __future__ import annotations

from nightshift.errors import ConfigurationError


class TemplateError(ConfigurationError):
    """The manifest asks for what a template cannot hold, or the template is not as it should be."""
