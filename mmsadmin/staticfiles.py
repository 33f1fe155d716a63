from django.contrib.staticfiles.apps import StaticFilesConfig


class ChosenStaticFiles(StaticFilesConfig):
    """Of the UI kit only the small main files (with their maps) are served, not its forty variants."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "tabler-*",
        "tabler.css*",
        "tabler.js*",
        "tabler.rtl.*",
        "tabler.esm.*",
    ]
