"""The only door that moves a state: a guarded update, its history and its event in one transaction."""
