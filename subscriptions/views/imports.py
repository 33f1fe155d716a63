"""Importing people: upload, dry run, then commit or drop."""

import re
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from subscriptions import importing
from subscriptions.forms import imports as forms
from subscriptions.forms import words
from subscriptions.models import ImportRun
from subscriptions.refusals import Refused
from subscriptions.views import access

LATEST = 10


# CSRF is checked one step further in: only a view that is exempt may get a body with a large file.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_needed("subscriptions.add_importrun")
@csrf_protect
def new(request: HttpRequest) -> HttpResponse:
    """Take a file in and look what it would do; nothing is imported yet."""
    assert request.user.is_authenticated
    form = forms.ImportForm(request.POST or None, request.FILES or None, now=timezone.now())
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            run = importing.check(
                upload=asked["file"],
                kind=asked["kind"],
                group=asked["group"],
                source=asked["source"],
                wording=asked["wording"],
                consent_date=asked["consent_date"],
                by=request.user,
                limit_bytes=settings.IMPORT_LIMIT_BYTES,
            )
        except Refused as refused:
            form.add_error("file", str(refused))
        else:
            return redirect("subscriptions:import_run", pk=run.pk)
    latest = ImportRun.objects.select_related("group", "by")[:LATEST]
    status = 422 if form.errors else 200
    return render(request, "subscriptions/import_new.html", {"form": form, "latest": latest}, status=status)


@require_safe
@access.permission_needed("subscriptions.view_importrun")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """What the dry run found, or what was imported."""
    run = get_object_or_404(ImportRun.objects.select_related("group", "by"), pk=pk)
    sees_numbers = request.user.has_perm("subscriptions.see_phone_numbers")
    return render(
        request,
        "subscriptions/import_run.html",
        {
            "run": run,
            "total": run.new + run.changed,
            "unchanged": run.rows - run.new - run.changed - run.opted_out - run.refused,
            "problems": [_told(problem, sees_numbers=sees_numbers) for problem in run.problems],
            "encoding": words.ENCODING[run.reading["encoding"]],
            "delimiter": words.DELIMITER[run.reading["delimiter"]],
            "has_consent_columns": any(meaning == "consent" for _header, meaning in run.reading["columns"]),
            "columns": [(header, words.column(meaning)) for header, meaning in run.reading["columns"]],
        },
    )


@require_POST
@access.permission_needed("subscriptions.add_importrun")
def commit(request: HttpRequest, pk: int) -> HttpResponse:
    """Do what the dry run showed."""
    assert request.user.is_authenticated
    run = get_object_or_404(ImportRun, pk=pk)
    try:
        run = importing.commit(run=run, by=request.user, limit_bytes=settings.IMPORT_LIMIT_BYTES, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        count = run.new + run.changed
        done = ngettext("%(count)s person is imported.", "%(count)s people are imported.", count)
        messages.success(request, done % {"count": f"{count:,}"})
    return redirect("subscriptions:import_run", pk=pk)


@require_POST
@access.permission_needed("subscriptions.add_importrun")
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the import up; nothing of it stays but the record that it was tried."""
    run = get_object_or_404(ImportRun, pk=pk)
    try:
        importing.drop(run=run)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("subscriptions:import_run", pk=pk)
    messages.success(request, _("“%(file)s” is dropped; nothing was imported.") % {"file": run.file_name})
    return redirect("subscriptions:import_new")


def _told(problem: dict[str, Any], *, sees_numbers: bool) -> dict[str, Any]:
    """One problem for the page; digits of a number are hidden from who may not see numbers."""
    found = str(problem["found"])
    if problem["column"] == "phone" and not sees_numbers:
        found = re.sub(r"\d", "•", found)
    return {
        "line": problem["line"],
        "column": words.column(problem["column"]) if problem["column"] else "",
        "found": found if problem["column"] else "",
        "words": words.row_problem(problem),
    }
