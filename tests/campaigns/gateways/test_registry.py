import pytest

from campaigns.gateways import registry


def test_an_unknown_provider_is_named() -> None:
    with pytest.raises(registry.UnknownProvider, match="pigeon"):
        registry.open(kind="pigeon", config={})


def test_capabilities_stand_under_their_own_name() -> None:
    assert all(registry.capabilities(kind=kind).provider == kind for kind in registry.KINDS)
