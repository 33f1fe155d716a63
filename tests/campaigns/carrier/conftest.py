from carrier_fixtures import carrier, client, product, shared

__all__ = ["carrier", "client", "product", "shared"]
