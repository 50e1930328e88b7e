"""Who may do what: the grants of an account against where an act takes place.

Never the same person on both sides; those checks stand with the acts themselves.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from volunteer.rules.kinds import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One right: over a unit and all below it, or, for a leader, over one post."""

    role: Role
    unit_id: int | None = None
    post_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: an account, the member behind it if there is one, and its rights in force."""

    account_id: int
    member_id: int | None = None
    grants: Collection[Grant] = field(default_factory=tuple)

    def is_member(self, member_id: int) -> bool:
        """Whether this account is that member's own."""
        return self.member_id == member_id

    def leads(self, post_id: int) -> bool:
        """Whether the account was made leader of the post."""
        return any(grant.role is Role.LEADER and grant.post_id == post_id for grant in self.grants)

    def is_committee_of(self, unit_chain: Collection[int]) -> bool:
        """Whether the account sits on the committee of the unit or of one above it.

        Args:
            unit_chain: The unit's id and those of all units above it.
        """
        return self._holds(Role.COMMITTEE, unit_chain)

    def is_college_of(self, unit_chain: Collection[int]) -> bool:
        """Whether the account speaks for the college over the unit."""
        return self._holds(Role.COLLEGE, unit_chain)

    def is_admin(self) -> bool:
        """Whether the account looks after the system. That gives no right over hours."""
        return any(grant.role is Role.ADMIN for grant in self.grants)

    def looks_after(self, unit_chain: Collection[int]) -> bool:
        """Whether the account is administrator of the unit, or of everything."""
        return any(
            grant.role is Role.ADMIN and (grant.unit_id is None or grant.unit_id in unit_chain)
            for grant in self.grants
        )

    def may_keep(self, post_id: int, unit_chain: Collection[int]) -> bool:
        """Whether the account may show the code, witness, attest ends, take in and publish shifts at a post.

        Args:
            unit_chain: Of the unit that runs the post.
        """
        return self.leads(post_id) or self.is_committee_of(unit_chain) or self.is_college_of(unit_chain)

    def may_review(self, unit_chain: Collection[int]) -> bool:
        """Whether the account may decide on the unit's records."""
        return self.is_committee_of(unit_chain) or self.is_college_of(unit_chain)

    def _holds(self, role: Role, unit_chain: Collection[int]) -> bool:
        return any(grant.role is role and grant.unit_id in unit_chain for grant in self.grants)
