"""The demo world: loaded once into a fresh installation, and taken out whole when work starts for real."""
