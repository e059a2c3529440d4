"""The gate that workers' requests pass: the job contract's."""

from __future__ import annotations

from nightshift_tools.testing.gate import (
    STATE,
    Act,
    Fate,
    Gate,
    Passage,
    Witness,
    kill_after,
    kill_before,
    stopped,
)

__all__ = ["STATE", "Act", "Fate", "Gate", "Passage", "Witness", "kill_after", "kill_before", "stopped"]
