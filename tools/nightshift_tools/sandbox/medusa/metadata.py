"""Metadata: merged key by key, not replaced."""

from nightshift_tools.sandbox.exact_json import JsonObject


def merged(before: JsonObject | None, sent: JsonObject) -> JsonObject | None:
    """The metadata after `sent`: absent keeps it, null clears it, an empty text takes its key away."""
    if "metadata" not in sent:
        return before
    given: JsonObject | None = sent["metadata"]
    if given is None:
        return None
    laid = (before or {}) | given
    return {key: value for key, value in laid.items() if given.get(key) != ""}
