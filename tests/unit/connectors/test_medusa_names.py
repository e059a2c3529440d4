"""The names of the connector: each is found when it is asked for, and no other is."""

from __future__ import annotations

import pytest

from nightshift.connectors import medusa


@pytest.mark.parametrize("name", medusa.__all__)
def test_every_name_is_found(name: str) -> None:
    assert getattr(medusa, name) is not None
    assert name in vars(medusa), "kept: a job's inner loop may ask for it"


def test_another_name_is_none_of_it() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Order'"):
        getattr(medusa, "Order")  # noqa: B009
