"""Providers: how a message leaves and what their answers and callbacks mean.

A pure room. `base` is the contract and its vocabulary, `http` the only socket, `limits` and `rates` are data,
`registry` knows every provider by name, and each provider is one file.
"""
