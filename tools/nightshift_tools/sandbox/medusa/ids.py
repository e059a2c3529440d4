"""Ids in Medusa's form: a prefix and 26 characters that sort by age."""


class Ids:
    """A counter, so that two runs of one test see the same ids."""

    def __init__(self) -> None:
        self._last = 0

    def new(self, prefix: str) -> str:
        """The next id, such as `prod_01000000000000000000000007`."""
        self._last += 1
        return f"{prefix}_01{self._last:024d}"
