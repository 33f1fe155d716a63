"""Keys of any length may be asked for: what no column can hold is simply not there.

Django knows that for `id = …`, and asks the database in vain for `id IN (…)` and for a foreign key, which ends in a
fault: an id in a form or an address is whatever somebody sends. These lookups take Django's place, for all models.
"""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Field, ForeignKey, IntegerField
from django.db.models.fields.related_lookups import RelatedExact, RelatedIn
from django.db.models.lookups import In


def _fits(field: "Field[Any, Any]", value: object, connection: Any) -> bool:
    column = getattr(field, "target_field", field)
    if not isinstance(value, int) or not isinstance(column, IntegerField):
        return True
    least, most = connection.ops.integer_field_range(column.get_internal_type())
    return (least is None or least <= value) and (most is None or value <= most)


class _Among:
    """`IN`, of those that fit."""

    lhs: Any
    rhs: Any

    def process_rhs(self, compiler: Any, connection: Any) -> Any:
        if self.rhs_is_direct_value():  # type: ignore[attr-defined]
            self.rhs = [value for value in self.rhs if _fits(self.lhs.output_field, value, connection)]
        return super().process_rhs(compiler, connection)  # type: ignore[misc]


@IntegerField.register_lookup
class IntegerAmong(_Among, In):
    """`id__in` of numbers."""


@ForeignKey.register_lookup
class RelatedAmong(_Among, RelatedIn):
    """`group__in` of numbers."""


@ForeignKey.register_lookup
class RelatedIs(RelatedExact):
    """`group=…`, a number."""

    def process_rhs(self, compiler: Any, connection: Any) -> Any:
        if self.rhs_is_direct_value() and not _fits(self.lhs.output_field, self.rhs, connection):
            raise EmptyResultSet
        return super().process_rhs(compiler, connection)
