"""Where the cases of the matrices are played: one sandbox, one backend, and each situation prepared once."""

from __future__ import annotations

from dataclasses import dataclass, field

from nightshift_tools.sandbox.server import Sandbox
from support.fault_situations import Situation
from support.fault_world import Backend, Saved, World


@dataclass
class Stage:
    """A sandbox and a backend. Every case has a world of its own, which begins as its situation says."""

    sandbox: Sandbox
    backend: Backend
    _prepared: dict[str, Saved] = field(default_factory=dict)

    def world(self, situation: Situation) -> World:
        """A world in this situation, the same each time. Only one may be in use at a time."""
        if situation.name not in self._prepared:
            world = World.fresh(self.sandbox, self.backend)
            situation.before(world)
            self._prepared[situation.name] = world.save()
        return World.restored(self.sandbox, self.backend, self._prepared[situation.name])
