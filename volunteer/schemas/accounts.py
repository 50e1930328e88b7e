"""The shapes of the forms for accounts and roles."""

from marshmallow import RAISE, Schema

from volunteer.rules.kinds import Role
from volunteer.schemas.fields import CodeField, Line, OneOf


class AccountForm(Schema):
    """A new account of somebody who is on no roster."""

    class Meta:
        unknown = RAISE

    login = CodeField(required=True)
    name = Line(required=True)
    unit = CodeField(load_default=None)


class OfficeForm(Schema):
    """A role over a unit."""

    class Meta:
        unknown = RAISE

    role = OneOf(Role, required=True)
    unit = CodeField(required=True)
    title = Line(longest=20, load_default=None)


class LeaderForm(Schema):
    """The lead of a post."""

    class Meta:
        unknown = RAISE

    post = CodeField(required=True)
