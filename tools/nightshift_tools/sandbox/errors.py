"""What can be wrong with how the sandbox is used; every message says what would be right."""


class SandboxError(ValueError):
    """The sandbox cannot do what it was told."""


class CatalogueError(SandboxError):
    """A catalogue, or a change to one, that is not in DummyJSON's shape; says what is wrong and where."""


class ControlError(SandboxError):
    """A request to the sandbox itself that makes no sense."""


class PortError(SandboxError):
    """The port cannot be had."""
