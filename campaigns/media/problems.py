"""What can be wrong with a file, as codes; the words for them live in `campaigns.forms.media_words`.

Every code, with what `limit` and `found` mean (sizes in bytes; a dash is None):

| code                    | limit                    | found                                                     |
|-------------------------|--------------------------|-----------------------------------------------------------|
| empty                   | -                        | 0                                                         |
| too_large_upload        | bytes taken in           | bytes of the upload                                       |
| not_media               | -                        | 'text' or 'unknown'                                       |
| unsupported_kind        | 'jpeg, gif, png, vcf'    | what it is: 'webp', 'heic', 'svg', 'pdf', 'zip', 'html' … |
| truncated               | -                        | the kind that ends too early                              |
| corrupt                 | -                        | the kind that cannot be decoded                           |
| zero_size               | 1                        | '0 x 40'                                                  |
| side_too_long           | pixels a side            | the longer side                                           |
| too_many_pixels         | pixels                   | pixels                                                    |
| too_many_scans          | scans of one JPEG        | scans                                                     |
| too_many_frames         | frames                   | frames                                                    |
| too_much_animation      | pixels over all frames   | pixels over all frames                                    |
| decoder_timeout         | seconds                  | -                                                         |
| busy                    | files opened at once     | -                                                         |
| out_of_memory           | bytes of memory          | -                                                         |
| too_large_total         | bytes of one message     | bytes of file, text and envelope                          |
| over_advice (advice)    | bytes advised            | bytes of the file                                         |
| grew (advice)           | bytes of the upload      | bytes of the rebuilt file                                 |
| animation_dropped (adv.)| 1                        | frames of the PNG                                         |
| cut_unsupported_kind    | 'jpeg, png'              | the kind                                                  |
| cannot_fit              | bytes of the budget      | bytes of the smallest copy that could be made             |
| photo_not_picture       | kinds a photo can have   | 'text' or 'unknown'                                       |
| photo_unsupported_kind  | kinds a photo can have   | what it is                                                |
| original_missing        | -                        | -                                                         |
| vcard_too_large         | bytes of a card          | bytes                                                     |
| vcard_bad_encoding      | 'UTF-8', or what it says | -                                                         |
| vcard_control_character | -                        | 'U+0000'                                                  |
| vcard_too_many_lines    | lines                    | lines                                                     |
| vcard_line_too_long     | bytes of a property      | bytes                                                     |
| vcard_no_begin          | -                        | the first line                                            |
| vcard_no_end            | -                        | -                                                         |
| vcard_nested            | 1                        | -                                                         |
| vcard_second_card       | 1                        | cards in the file                                         |
| vcard_after_end         | -                        | what follows END:VCARD                                    |
| vcard_bad_line          | -                        | the line                                                  |
| vcard_bad_version       | '2.1, 3.0, 4.0'          | the version, '' when there is none                        |
| vcard_no_name           | 1                        | 0                                                         |
| vcard_no_phone          | 1                        | 0                                                         |
| vcard_bad_phone         | -                        | what stands where a number is expected                    |
| vcard_phone_not_e164 (a.)| the number in E.164     | the number as written                                     |
| vcard_photo_by_address  | -                        | the address                                               |
| vcard_photo_unreadable  | the limit of the photo   | what is wrong with it: its code, a space, what was found  |

`line` is set for every vcard code that has one place: the first physical line, counted from 1, of what is meant.
"""

import dataclasses
from typing import Literal

Severity = Literal["error", "advice"]
Figure = str | int | None


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. An 'error' blocks sending, an 'advice' is shown and does not."""

    code: str
    limit: Figure = None
    found: Figure = None
    severity: Severity = "error"
    line: int | None = None


class UnfitError(Exception):
    """The file cannot be used; `problems` says why. Stays inside this room."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems


def refuse(code: str, *, limit: Figure = None, found: Figure = None, line: int | None = None) -> UnfitError:
    """The error to raise for one problem."""
    return UnfitError(Problem(code=code, limit=limit, found=found, line=line))
