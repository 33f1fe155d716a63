from inbound_world import carrier, sandbox_secret

__all__ = ["carrier", "sandbox_secret"]
