from carrier_fixtures import carrier, client, product

__all__ = ["carrier", "client", "product"]
