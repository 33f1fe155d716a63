"""The same message once more, for exactly those who did not get it."""

from collections.abc import Collection
from datetime import datetime

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from campaigns import states
from campaigns.audience import filters
from campaigns.composing import drafts
from campaigns.lifecycle import campaigns
from campaigns.models import Campaign, Run

# While a run still sends, nobody can say who will have missed it.
READY = frozenset({states.Run.FINISHED, states.Run.CANCELLED, states.Run.PAUSED})


def create(*, run: Run, who: Collection[tuple[str, str]], by: User, now: datetime) -> Campaign:
    """Make a draft with the content that `run` had and the people whose message is in one of these (state, reason).

    Raises NotPossibleNow while the run still sends, segments.DefinitionRefused where nobody is chosen.
    """
    if run.state not in READY:
        raise campaigns.NotPossibleNow(
            limit=sorted(READY), found=run.state, words=campaigns.now_is(states.Campaign(run.campaign.state))
        )
    chosen = filters.clean({"missed": {"run": run.pk, "who": [list(pair) for pair in who]}})
    return drafts.copy(
        campaign=run.campaign,
        source=run.revision,
        name=_("Follow-up of %(name)s") % {"name": run.campaign.name},
        audience=chosen.as_json(),
        follows=run,
        by=by,
        now=now,
    )
