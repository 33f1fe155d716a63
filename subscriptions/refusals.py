"""The one shape of an expected refusal."""


class Refused(Exception):
    """Something a person asked for cannot be done, for a reason that they can act on.

    `code` names the reason, `limit` what is allowed and `found` what was met; `words` is the sentence for the person
    (a lazy translation). Rooms derive their own refusals from this one; a view turns them into form errors.
    """

    code = "refused"
    words: object = ""

    def __init__(self, *, code: str = "", limit: object = None, found: object = None, words: object = "") -> None:
        self.code = code or self.code
        self.limit = limit
        self.found = found
        if words:
            self.words = words
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.words) or self.code
