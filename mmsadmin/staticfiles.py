from django.contrib.staticfiles.apps import StaticFilesConfig


class ChosenStaticFiles(StaticFilesConfig):
    """Of the UI kit only the small main files (with their maps) are served, not its forty variants; of the cropper only
    the one module that stands alone."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "tabler-*",
        "tabler.css*",
        "tabler.js*",
        "tabler.rtl.*",
        "tabler.esm.*",
        "cropper.js",
        "cropper.min.js",
        "cropper.raw.js",
        "cropper.d.ts",
        "cropper.esm.js",
        "cropper.esm.raw.js",
    ]
