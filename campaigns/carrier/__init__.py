"""The sandbox carrier: a pretend provider in a process of its own, and the witness of what reached it.

Standard library only, nothing of ours imported, its own SQLite file. `api` is its contract over HTTP. What it
accepts is in its record before the answer leaves, and stays there through a kill.
"""
